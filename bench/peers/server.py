"""Measures PyTorch and scikit-learn on request: one JSON object a line in, one out. Kept warm by the benchmark."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

trainings: dict = {}
scorings: dict = {}
forests: dict = {}


def versions(_request):
    import torch

    found = {"torch": torch.__version__}
    try:
        import sklearn

        found["sklearn"] = sklearn.__version__
    except ImportError:
        found["sklearn"] = None
    return found


def steps(request):
    """Seconds for some further steps of a training that is kept, after a few that warm it up again."""
    import torch
    from torch_training import Training

    key = json.dumps([request["training"], request["threads"]])
    torch.set_num_threads(request["threads"])
    if key not in trainings:
        trainings[key] = Training(**request["training"])
    trainings[key].run(request["warmUp"])
    return {"seconds": trainings[key].run(request["count"])}


def whole_training(request):
    """Seconds for a training from nothing to its last step."""
    import torch
    from torch_training import Training

    torch.set_num_threads(request["threads"])
    started = time.perf_counter()
    training = Training(**request["training"])
    built = time.perf_counter() - started
    return {"seconds": training.run(request["training"]["steps"]), "built": built}


def score(request):
    import torch
    from torch_scoring import Scoring

    torch.set_num_threads(request["threads"])
    key = json.dumps(request["scoring"])
    if key not in scorings:
        scorings[key] = Scoring(**request["scoring"])
    # Once untimed before: whoever came before has filled the caches with its own rows.
    scorings[key].seconds(request["batchRows"])
    return {"seconds": scorings[key].seconds(request["batchRows"])}


def forest(request):
    """scikit-learn's IsolationForest with its defaults: score_samples alone."""
    import numpy
    from sklearn.ensemble import IsolationForest

    key = (request["rows"], request["features"])
    if key not in forests:
        table = numpy.random.default_rng(1).standard_normal(key, dtype=numpy.float32)
        forests[key] = (table, IsolationForest(random_state=1).fit(table))
    table, model = forests[key]
    model.set_params(n_jobs=request["jobs"])
    started = time.perf_counter()
    model.score_samples(table)
    return {"seconds": time.perf_counter() - started}


calls = {call.__name__: call for call in (versions, steps, whole_training, score, forest)}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = calls[request["call"]](request)
    except Exception as error:  # The benchmark says it and goes on without this peer.
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
