"""Scores raw columns with a model file, as somebody without Residual would.

Usage: python3 scoreFile.py FOLDER. The folder holds model.onnx, columns.json (names, and the cells of texts) and
numbers.f64 (the cells of number columns, column after column); score.f32, shares.f32 and flag.u8 are written to it.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

folder = pathlib.Path(sys.argv[1])
path = str(folder / "model.onnx")
onnx.checker.check_model(path, full_check=True)
model = onnx.load(path)
domains = {entry.domain for entry in model.opset_import} | {node.domain for node in model.graph.node}
if not domains <= {"", "ai.onnx.ml"}:
    sys.exit(f"The model uses operations outside of the standard: {sorted(domains)}")

described = json.loads((folder / "columns.json").read_text("utf-8"))
numbers = numpy.fromfile(folder / "numbers.f64", dtype="<f8").reshape(-1, described["rows"])
feeds = {}
place = 0
for column in described["columns"]:
    if column["texts"] is None:
        feeds[column["name"]] = numbers[place].reshape(-1, 1)
        place += 1
    else:
        feeds[column["name"]] = numpy.array(column["texts"], dtype=object).reshape(-1, 1)

session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
score, flag, shares, reconstruction = session.run(["score", "flag", "shares", "reconstruction"], feeds)
score.astype("<f4").tofile(folder / "score.f32")
flag.astype("u1").tofile(folder / "flag.u8")
shares.astype("<f4").tofile(folder / "shares.f32")
reconstruction.astype("<f4").tofile(folder / "reconstruction.f32")
