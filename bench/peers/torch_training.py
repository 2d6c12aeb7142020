"""The recipe's training step, and the plain one, in PyTorch eager mode: as a PyTorch user would write them."""

import math
import time

import torch
from torch import nn

SIGMA = 3.0
KEEP_SHARE = 0.65
WARM_UP_SHARE = 0.1
PEAK_LEARNING_RATE = 3e-3


class BatchedLinear(nn.Module):
    """One dense layer of every copy: a batched product with the bias added inside it."""

    def __init__(self, copies: int, inputs: int, outputs: int) -> None:
        super().__init__()
        limit = math.sqrt(3 / inputs)
        self.weight = nn.Parameter(torch.empty(copies, inputs, outputs).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.zeros(copies, 1, outputs))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.baddbmm(self.bias, rows, self.weight)


def network(features: int, layers: list[int], copies: int) -> nn.Sequential:
    """Dense layers with SiLU between them: nn.Linear for one copy, which PyTorch runs fastest."""
    sides = [features, *layers, features]
    modules: list[nn.Module] = []
    for index, (inputs, outputs) in enumerate(zip(sides, sides[1:])):
        modules.append(nn.Linear(inputs, outputs) if copies == 1 else BatchedLinear(copies, inputs, outputs))
        if index + 2 < len(sides):
            modules.append(nn.SiLU())
    return nn.Sequential(*modules)


class Training:
    """A training that can be run some steps at a time. `recipe`: noise, log1p rows and trimming; else plain MSE."""

    def __init__(self, *, features, layers, copies, batch_rows, rows, steps, recipe, adam) -> None:
        torch.manual_seed(1)
        self.model = network(features, layers, copies)
        options = {"foreach": {"foreach": True}, "fused": {"fused": True}, "single": {"foreach": False}}[adam]
        self.optimiser = torch.optim.Adam(
            self.model.parameters(), lr=PEAK_LEARNING_RATE, betas=(0.9, 0.99), eps=1e-8, **options
        )
        self.rows = torch.randn(rows, features)
        self.shape = (batch_rows,) if copies == 1 else (copies, batch_rows)
        self.kept = round(KEEP_SHARE * batch_rows)
        self.steps = steps
        self.recipe = recipe
        self.done = 0

    def step(self) -> torch.Tensor:
        clean = self.rows[torch.randint(self.rows.shape[0], self.shape)]
        if self.recipe:
            rate = min(1, (self.done + 1) / (WARM_UP_SHARE * self.steps))
            rate *= 0.5 * (1 + math.cos(math.pi * self.done / self.steps))
            for group in self.optimiser.param_groups:
                group["lr"] = PEAK_LEARNING_RATE * rate
            noisy = torch.randn_like(clean).mul_(SIGMA).add_(clean).mul_(1 / math.sqrt(1 + SIGMA**2))
            losses = torch.log1p((self.model(noisy) - clean).square().mean(-1))
            if self.done >= WARM_UP_SHARE * self.steps:
                losses = torch.topk(losses, self.kept, dim=-1, largest=False, sorted=False).values
            loss = losses.mean(-1).sum()
        else:
            loss = nn.functional.mse_loss(self.model(clean), clean)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.done += 1
        return loss.detach()

    def run(self, steps: int) -> float:
        """Seconds for so many steps."""
        started = time.perf_counter()
        for _ in range(steps):
            self.step()
        return time.perf_counter() - started
