"""Plain Python that knows nothing of Dagster."""
