"""Which lessons are tested together: each group is a suite of its own, on a stack of its own."""

from tools import lessons

PIPELINES = lessons.chosen(["10_", "10b_", "11_", "12_", "13_"])
"""Into four stores, and on AWS: they take as long as all others together."""
CONCEPTS = lessons.chosen(["concepts/"])
COURSE = [lesson for lesson in lessons.all_lessons() if lesson not in {*PIPELINES, *CONCEPTS}]
