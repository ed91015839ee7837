"""A model of people who learn: an ability in each competency, lessons that raise it, and answers that depend on it.

Abilities stand on the scale of the evidence rules: levels 1 to 5 lie at -2, -1, 0, 1 and 2. An answer is right with
the chance of the three-parameter logistic model (Birnbaum 1968), P = c + (1 - c) / (1 + exp(b - theta)).
"""

import math
import random
from collections.abc import Collection, Sequence

from deploy.demo.city import Question

TARGET_SUCCESS = 0.8
"""Somebody at the level of a question gets four in five such questions right, as the evidence rules have it."""

START_MEAN, START_SPREAD, COMPETENCY_SPREAD = -1.4, 0.85, 0.4
GAIN_MEAN, GAIN_SPREAD, LEAST_GAIN = 1.35, 0.55, 0.1
"""What all the lessons of a course add, if they are learnt at all, to the competencies that it asks about."""


def difficulty(question: Question) -> float:
    """Give where a question stands on the scale, in logits."""
    chance = 1 / question.options
    return question.level - 3 - math.log((TARGET_SUCCESS - chance) / (1 - TARGET_SUCCESS))


def chance_of_right(theta: float, question: Question) -> float:
    """Give how likely somebody of an ability answers a question rightly."""
    chance = 1 / question.options
    return chance + (1 - chance) / (1 + math.exp(difficulty(question) - theta))


class Mind:
    """What one person can do, and how fast they learn: the same for the same seed. Answers are left to luck."""

    def __init__(self, seed: str) -> None:
        self._seed, self._luck = seed, random.Random(f"{seed}/answers")  # noqa: S311  # Invented answers.
        nature = random.Random(f"{seed}/nature")  # noqa: S311  # Invented people.
        self._general = nature.gauss(START_MEAN, START_SPREAD)
        self._gain = max(LEAST_GAIN, nature.gauss(GAIN_MEAN, GAIN_SPREAD))
        self._abilities: dict[str, float] = {}

    def ability(self, competency: str) -> float:
        """Give the ability in a competency, in logits."""
        if competency not in self._abilities:
            nature = random.Random(f"{self._seed}/{competency}")  # noqa: S311  # Invented people.
            self._abilities[competency] = self._general + nature.gauss(0, COMPETENCY_SPREAD)
        return self._abilities[competency]

    def learn(self, competencies: Collection[str], *, share: float) -> None:
        """Learn a share (0 to 1) of a course that teaches these competencies."""
        for one in competencies:
            self._abilities[one] = self.ability(one) + self._gain * share

    def answer(self, question: Question, options: Sequence[int]) -> int:
        """Choose one of the options of a question."""
        wrong = [one for one in options if one != question.right]
        if self._luck.random() < chance_of_right(self.ability(question.competency), question):
            return question.right
        return self._luck.choice(wrong)
