"""The mathematics behind dbt models that are written in Python."""
