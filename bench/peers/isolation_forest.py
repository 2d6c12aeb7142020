"""The whole job as usually written: pandas.read_csv, numbers filled, categories one-hot, date-times as seconds,
scikit-learn's IsolationForest with its defaults, scores of all rows. Prints the seconds of each part as JSON."""
import json
import sys
import time

import pandas
from sklearn.ensemble import IsolationForest

path, dates = sys.argv[1], sys.argv[2].split(",")
began = time.perf_counter()
table = pandas.read_csv(path, parse_dates=dates)
read = time.perf_counter()
for name in dates:
    table[name] = (table[name] - pandas.Timestamp("1970-01-01")).dt.total_seconds()
numbers = table.select_dtypes("number").columns
texts = [name for name in table.columns if name not in numbers]
# What differs in nearly every row names it; the commonest 20 values of the others get a column each.
categories = [name for name in texts if table[name].nunique() < len(table) / 5]
parts = [table[numbers].fillna(table[numbers].median()).astype("float32")]
for name in categories:
    common = table[name].value_counts().index[:20]
    parts.append(pandas.get_dummies(table[name].where(table[name].isin(common)), prefix=name, dtype="float32"))
matrix = pandas.concat(parts, axis=1)
prepared = time.perf_counter()
scores = IsolationForest(random_state=0).fit(matrix.to_numpy()).score_samples(matrix.to_numpy())
scored = time.perf_counter()
print(json.dumps({
    "rows": len(scores),
    "features": matrix.shape[1],
    "read": read - began,
    "prepared": prepared - read,
    "scored": scored - prepared,
}))
