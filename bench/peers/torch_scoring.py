"""Scores of rows by PyTorch's forward pass: squared errors, averaged over features and copies."""

import time

import torch
from torch_training import network


class Scoring:
    """`batched`: all copies in one batched product; else one copy after the other with nn.Linear."""

    def __init__(self, *, features, layers, copies, rows, batched) -> None:
        torch.manual_seed(1)
        one = 1 if batched and copies > 1 else copies
        each = copies if batched else 1
        self.models = [network(features, layers, each).eval() for _ in range(one)]
        self.rows = torch.randn(rows, features)
        self.copies = each

    @torch.inference_mode()
    def score(self, batch_rows: int) -> torch.Tensor:
        scores = []
        for clean in torch.split(self.rows, batch_rows):
            given = clean.expand(self.copies, -1, -1) if self.copies > 1 else clean
            total = sum((model(given) - clean).square().mean(-1) for model in self.models)
            scores.append(total.mean(0) if self.copies > 1 else total / len(self.models))
        return torch.cat(scores)

    def seconds(self, batch_rows: int) -> float:
        started = time.perf_counter()
        self.score(batch_rows)
        return time.perf_counter() - started
