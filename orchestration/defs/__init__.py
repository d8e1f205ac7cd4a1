"""What Dagster sees: assets, checks, jobs. Wiring only; the work is elsewhere."""
