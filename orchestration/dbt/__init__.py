"""dbt as it is run here: the project, its runs, its lookups and its plugins."""
