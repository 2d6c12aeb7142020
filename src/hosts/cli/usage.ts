import { flavourKinds } from '../../contract/settings.ts'

const flavourList = `${flavourKinds.slice(0, 5).join(', ')},
                           ${flavourKinds.slice(5).join(', ')}`

/** What `residual --help` prints. */
export const usage = `residual: finds the odd rows of a table, and says why they are odd

  residual detect FILE [options]      trains on FILE, scores it, prints what stands out
    --label C              column that tells anomalies, for evaluation only; never trained on
    --id C                 column that names rows; never trained on
    --ignore A,B           columns to leave out (may be repeated)
    --threshold RULE[:N]   manual:SCORE, top-k:ROWS, percentage:PERCENT, standard-deviation:TIMES,
                           mad:TIMES, iqr:TIMES or otsu (default: as Residual suggests)
    --flavour KIND         ${flavourList}
                           (default: denoising)
    --set NAME=VALUE       any setting of the training, all listed by residual settings (may be repeated):
                           --set steps=800 --set hidden=64,32 --set loss=huber --set gradientLimit=null
                           --set corruption.kind=masking --set corruption.rate=0.4
                           --flavour sparse --set flavour.weight=2
    --seed N               repeats a run exactly
    --seeds 1,2,3          trains once for each seed; files are written for the first
    --out FLAGGED.csv      writes the flagged rows with scores and reasons; the ending says the format:
                           .csv, .tsv, .jsonl, .parquet or .xlsx
    --scores ALL.csv       writes all rows with scores and reasons
    --columns A,B          writes these columns of the table only (may be repeated)
    --codes                puts each row's code beside it in these files
    --model MODEL.onnx     writes the trained model, for residual score and for any ONNX runtime
    --project DIR          keeps the data set and the run in this project; interrupted, the training
                           can then be resumed
    --json                 prints one JSON object instead of text

  residual resume --project DIR [options]
                                      goes on with an interrupted training, as if it had never stopped
    --run ID               which one (default: the newest)
    --threshold, --out, --scores, --columns, --codes, --model and --json as for detect

  residual score FILE --model MODEL.onnx [options]
                                      scores the rows of FILE with a model that was trained before
    --out SCORED.csv       writes all rows with scores, flags and reasons; formats as for detect
    --columns A,B          writes these columns of the table only (may be repeated)
    --stream               from file to file in bounded memory: CSV in order, reasons for flagged rows, no
                           ranks; stopped, the same command goes on. By itself for files above half of
                           the memory limit that go to CSV whole
    --json                 prints one JSON object instead of text

  residual settings                   lists the settings of a training: their values and what Auto chooses

  residual engines [--json]           lists the numeric engines, and why one cannot be used here

  residual serve [options]            opens the workbench in a browser on this machine
    --port N               port on 127.0.0.1 (default: any free one)
    --no-open              prints the address without opening the browser
    --project DIR          opens this project instead of the one in your own data folder
    --engine, --threads and --fallback as below

  residual --version | --help

  For detect, resume and score:
    --engine NAME          numeric engine to use: onnx (default), tensorflow or reference
    --threads N            threads for each computation (default: measured)
    --fallback reference   if the engine cannot run a model, runs it in plain JavaScript, slowly

Settings are numbers, words, lists with commas, true, false, null (as Auto chooses, or never) or JSON. Those
left out are Auto's for the flavour. Rows are numbered in file order; the first below the header is row 1, and
lines that cannot be read are named on stderr and not counted. The files of --out and --scores keep file order.
FILE is text (also gzipped), Parquet, JSON or JSON Lines, whatever its name. Folders that are missing on the way to a file are made.

Exit status: 0 done, 1 failed (with one sentence on stderr), 2 called wrongly, 130 interrupted.`
