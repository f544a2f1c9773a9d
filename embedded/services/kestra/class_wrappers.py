"""Lets several threads use a Java class for the first time at once.

JPype makes the Python class of a Java class when it is first used, one thread at a time. In 1.7.1, others see the new
class before its hints (its rules of conversion) are there, as a Python function sets them. So the engine's process
ended now and then, with a segmentation fault in `JPConversionObject::matches`, when many requests came right after its
start.
"""

import operator
from typing import Any

import _jpype
from jpype import _jclass
from jpype._jcustomizer import getClassHints

PUBLIC = 1
"""`java.lang.reflect.Modifier.PUBLIC`."""


def set_hints_at_once() -> None:
    """Have JPype set the hints of a new class before any other thread can run. Call it before Java starts."""
    _jpype._jclassPre = _prepare
    # What JPype calls with the new class. The list compares it to its members in turn, in C: no Python function begins
    # before the first of them has set the hints.
    _jpype._jclassPost = [_Hints(), _Rest()].count


class _Hints:
    """Sets the hints of the class that it is compared to, with what `_prepare` has left here."""

    __hash__ = None  # type: ignore[assignment]


class _Rest:
    """Does with the class that it is compared to what else JPype does with a new class."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, made: Any) -> bool:
        getClassHints(made.__name__).applyInitializer(made)
        if _jpype._java_lang_Class:  # a few classes are made before it
            for inner in made.class_.getDeclaredClasses():
                if inner.getModifiers() & PUBLIC:
                    made._customize(str(inner.getSimpleName()), _jpype.JClass(inner))
        return True


def _prepare(name: str, bases: list[type], members: dict[str, Any]) -> tuple[str, tuple[type, ...], dict[str, Any]]:
    """What JPype calls before it makes a class, and under the lock that it holds until the class is complete."""
    prepared: tuple[str, tuple[type, ...], dict[str, Any]] = _jclass._jclassPre(name, bases, members)
    set_hints: Any = operator.methodcaller("_customize", "_hints", getClassHints(name))
    _Hints.__eq__ = set_hints  # type: ignore[method-assign]
    return prepared
