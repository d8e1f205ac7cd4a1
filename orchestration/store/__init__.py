"""The home on disk: its versions, databases, Parquet files, journal and access."""
