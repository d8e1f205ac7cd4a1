{{
    staged(
        "costs",
        refusals=[
            "case when period_end_date < period_start_date then 'period_end_date:bad_period' end",
            "case when "
            ~ days_between("period_start_date", "period_end_date")
            ~ " >= "
            ~ var("max_cost_period_days")
            ~ " then 'period_end_date:open_period' end",
            "case when scope in ('customer', 'campaign') and "
            ~ is_cut("scope_value", before="(.*:)?")
            ~ " then 'scope_value:cut_by_a_spreadsheet' end",
        ],
    )
}}
