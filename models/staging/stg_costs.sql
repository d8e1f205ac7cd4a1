{{
    staged(
        "costs",
        refusals=[
            "case when period_end_date < period_start_date then 'period_end_date:bad_period' end"
        ],
    )
}}
