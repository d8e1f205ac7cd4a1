"""The checks of both doors without Great Expectations, which takes seconds to import.

Every expectation of `suites` is a range of a column, so that it can be judged here; the
frames, and what is told of them, are those of the real doors.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import signature
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pandas as pd

from orchestration.quality import doors, suites

_ARGUMENTS = signature(suites._between)


@contextmanager
def plain_doors() -> Iterator[None]:
    """Let `quality.check_landing` and `check_candidate` judge by comparing alone."""
    with (
        patch.object(suites, "_between", _between),
        patch.object(doors, "_validated", _validated),
    ):
        yield


def _between(*given: Any, **named: Any) -> Any:
    """The arguments of a range, as Great Expectations would hand them on."""
    bound = _ARGUMENTS.bind(*given, **named)
    bound.apply_defaults()
    told = bound.arguments
    return SimpleNamespace(kwargs=told, severity=told["severity"], meta=told)


def _validated(
    door: str,
    wanted: Mapping[str, suites.Suite],
    frames: Mapping[str, pd.DataFrame],
) -> list[doors.QualityResult]:
    results: list[doors.QualityResult] = []
    for name, expectations in wanted.items():
        frame = frames.get(name, pd.DataFrame()).reset_index(drop=True)
        if frame.empty:
            continue
        frame["frame_row"] = frame.index
        for expectation in expectations:
            outcome = _outcome(expectation, frame)
            results += doors._results_by_table(door, name, frame, outcome)
    return results


def _outcome(expectation: Any, frame: pd.DataFrame) -> Any:
    """What Great Expectations would say of a frame; null values are not judged."""
    asked = expectation.kwargs
    values = pd.to_numeric(frame[asked["column"]])
    outside = pd.Series(False, index=frame.index)
    if asked["low"] is not None:
        outside |= values < asked["low"]
    if asked["high"] is not None:
        outside |= values > asked["high"]
    rows = frame.index[outside.fillna(False)]
    return SimpleNamespace(
        success=rows.empty,
        result={"unexpected_index_list": [{"frame_row": int(row)} for row in rows]},
        expectation_config=expectation,
        exception_info=None,
    )
