"""pandas.read_csv on one file; prints wall seconds, CPU seconds and peak resident bytes as JSON."""
import json
import resource
import sys
import time

import pandas

path, dates = sys.argv[1], sys.argv[2].split(",")
started, used = time.perf_counter(), time.process_time()
table = pandas.read_csv(path, parse_dates=dates)
wall, cpu = time.perf_counter() - started, time.process_time() - used
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"rows": len(table), "seconds": wall, "cpu": cpu, "peak": peak, "version": pandas.__version__}))
