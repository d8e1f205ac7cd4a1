{{
    staged(
        "loyalty_entries",
        refusals=[
            "case when (entry_type in ('spend', 'expire') and points > 0) or (entry_type = 'earn' and points < 0)             then 'points:wrong_sign' end"
        ],
    )
}}
