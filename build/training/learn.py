"""The training loop: AdamW, a rise, a level and a fall of the rate, averaged weights, checkpoints to go on from."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from crops import Crops, middles, targets
from net import BACKGROUND, EITHER, INTERIOR, OUTLINE, SHADED, Net


@dataclass
class Course:
    steps: int
    batch: int
    rate: float = 3e-3
    rise: int = 100
    """Steps over which the rate rises."""
    fall: float = 0.4
    """The last share of the steps, over which the rate falls."""
    decay: float = 0.01
    average: float = 0.998
    border: int = 1
    """px; how wide an object's outline is, as the network learns it"""


def rate_at(course: Course, step: int) -> float:
    falling = course.steps * course.fall
    left = (course.steps - step) / max(1.0, falling)
    return course.rate * min(1.0, (step + 1) / course.rise, max(0.01, left))


def loss_of(logits: torch.Tensor, ids: torch.Tensor, border: int = 1) -> torch.Tensor:
    """Cross-entropy with weights, and Dice of what is no background."""
    if logits.shape[-1] != ids.shape[-1]:
        ratio = ids.shape[-1] // logits.shape[-1]
        ids = ids[:, ratio // 2 :: ratio, ratio // 2 :: ratio]
    classes, weights = targets(ids, border)
    logits = logits.float()
    either, shaded = classes == EITHER, classes == SHADED
    cross = F.cross_entropy(logits, classes.masked_fill(either | shaded, 0), reduction="none", label_smoothing=0.05)
    likelihoods = logits.log_softmax(1)
    inner, outer, middle = likelihoods[:, INTERIOR], likelihoods[:, OUTLINE], middles(ids)
    cross = torch.where(either, -torch.logaddexp(inner, outer), cross)
    cross = torch.where(shaded, -(middle * inner + (1 - middle) * outer), cross)
    cross = (cross * weights).sum() / weights.sum().clamp(min=1)
    judged = (ids >= 0).float()
    object_ = (1 - logits.softmax(1)[:, BACKGROUND]) * judged
    wanted = (classes != BACKGROUND).float() * judged
    dice = 1 - (2 * (object_ * wanted).sum() + 1) / (object_.sum() + wanted.sum() + 1)
    return cross + 0.5 * dice


class Learner:
    def __init__(self, net: Net, course: Course, folder: str):
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.net = net.to(self.device, memory_format=torch.channels_last)
        self.course = course
        self.path = os.path.join(folder, "checkpoint.pt")
        weights = [p for p in net.parameters() if p.ndim > 1]
        others = [p for p in net.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": weights, "weight_decay": course.decay}, {"params": others, "weight_decay": 0.0}], lr=course.rate
        )
        self.step = 0
        self.averaged = {name: value.clone() for name, value in net.state_dict().items()}

    def resume(self) -> None:
        """Goes on where the last checkpoint was written, if there is one."""
        if not os.path.exists(self.path):
            return
        state = torch.load(self.path, map_location=self.device)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.averaged = state["averaged"]
        self.step = state["step"]

    def save(self) -> None:
        state = {
            "net": self.net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "averaged": self.averaged,
            "step": self.step,
        }
        torch.save(state, f"{self.path}.part")
        os.replace(f"{self.path}.part", self.path)

    def average(self, into: Net) -> Net:
        into.load_state_dict({name: value.cpu() for name, value in self.averaged.items()})
        return into.eval()

    def run(self, crops: Crops, look: Callable[["Learner"], None], every: int = 500) -> None:
        """`look` is called at every checkpoint and at the end."""
        started, total = time.time(), 0.0
        while self.step < self.course.steps:
            total += self._one(*crops.batch(self.course.batch))
            if self.step % 50 == 0:
                print(f"step {self.step} loss {total / 50:.3f} {time.time() - started:.0f} s", flush=True)
                total = 0.0
            if self.step % every == 0 or self.step == self.course.steps:
                self.save()
                look(self)
            elif self.step % 50 == 0:
                self.save()

    def _one(self, picture: torch.Tensor, ids: torch.Tensor) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.course, self.step)
        self.net.train()
        picture = picture.to(self.device, memory_format=torch.channels_last)
        kind = torch.bfloat16
        with torch.autocast(self.device, dtype=kind):
            logits = self.net(picture)
        loss = loss_of(logits, ids.to(self.device), self.course.border)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(self.course.average, self.step / (self.step + 50))
        for name, value in self.net.state_dict().items():
            held = self.averaged[name]
            if held.dtype.is_floating_point:
                held.mul_(keep).add_(value.detach(), alpha=1 - keep)
            else:
                held.copy_(value)
        return float(loss)
