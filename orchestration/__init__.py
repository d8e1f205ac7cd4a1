"""Everything around dbt: landing, guards, publishing, and the commands for them."""
