"""Pairs of people who may be one, with a probability: candidates for a person to judge.

The probabilistic step beside the rules: Fellegi and Sunter's model (JASA 64, 1969) as
Splink fits it, on the records in force of one state. It reads the state and changes
nothing; what becomes of a candidate is decided in `merge_lists`. Splink is optional and
imported only where it is used. Same records in, same candidates out.
"""

import importlib.util
import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.identity.candidates import (
    PROBABILITY_DIGITS,
    Candidate,
    candidates_of,
)
from orchestration.identity.compared_records import (
    MIN_VALUES,
    MatchingError,
    is_filled,
    note_decided,
    opened_records,
    prior,
    training_columns,
)
from orchestration.identity.comparisons import BLOCKS, COMPARISONS, Comparison
from orchestration.identity.merge_lists import RecordPair

SEED = 20260101
# pairs looked at while fitting; more take longer and change little
MAX_TRAINING_PAIRS = 2_000_000


def is_installed() -> bool:
    """Say whether Splink is there."""
    return importlib.util.find_spec("splink") is not None


def find_candidates(
    state: Path, least_probability: float, decided: Collection[RecordPair] = ()
) -> list[Candidate]:
    """Return the candidates in a state database, the most probable first.

    Left out are people of whom two records stand in `decided`, whatever the decision.
    Raises MatchingError when the state has no identity tables or too few records.
    """
    with opened_records(state) as connection:
        note_decided(connection, decided)
        compared = [c for c in COMPARISONS if is_filled(connection, c.column)]
        if len(compared) < 2:
            raise MatchingError(
                "There is too little to compare: of names, birth dates, mail addresses,"
                f" phone numbers and places, two must have {MIN_VALUES} values each."
            )
        pairs = _scored_pairs(connection, compared, least_probability)
        return candidates_of(connection, compared, pairs, least_probability)


def _scored_pairs(
    connection: duckdb.DuckDBPyConnection,
    compared: Sequence[Comparison],
    least_probability: float,
) -> str:
    """Fit the model and score the pairs; return the name of the table with them."""
    import splink

    api = splink.DuckDBAPI(connection)
    source = api.register("records", dataset_display_name="customer_records")
    settings = _settings(compared, prior(connection))
    linker = splink.Linker(source, settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=MAX_TRAINING_PAIRS, seed=SEED
    )
    for column in training_columns(connection):
        linker.training.estimate_parameters_using_expectation_maximisation(
            splink.block_on(column), max_pairs=MAX_TRAINING_PAIRS
        )
    half_a_digit = 0.5 * 10**-PROBABILITY_DIGITS
    predictions = linker.inference.predict(
        threshold_match_probability=max(0.0, least_probability - half_a_digit),
        warning_mode="never",
    )
    return str(predictions.physical_name)


def _settings(compared: Sequence[Comparison], share: float) -> Any:
    import splink

    return splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[_splink_comparison(comparison) for comparison in compared],
        blocking_rules_to_generate_predictions=[
            splink.block_on(block) for block in BLOCKS
        ],
        probability_two_random_records_match=share,
        additional_columns_to_retain=["customer_id"],
        retain_matching_columns=True,
        max_iterations=50,
    )


def _splink_comparison(comparison: Comparison) -> Any:
    from splink import comparison_level_library as levels
    from splink import comparison_library

    return comparison_library.CustomComparison(
        output_column_name=comparison.name,
        comparison_levels=[
            levels.CustomLevel(
                f"{comparison.column}_l is null or {comparison.column}_r is null"
                f" or {comparison.unless}",
                "not compared",
            ).configure(is_null_level=True),
            *(
                levels.CustomLevel(level.condition, level.meaning).configure(
                    tf_adjustment_column=level.frequent,
                    disable_tf_exact_match_detection=True,
                )
                if level.frequent
                else levels.CustomLevel(level.condition, level.meaning)
                for level in comparison.levels
            ),
            levels.ElseLevel(),
        ],
    )
