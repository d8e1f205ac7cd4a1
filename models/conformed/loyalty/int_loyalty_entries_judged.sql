with
    {{ located("loyalty_entries", event="occurred") }},

    {{
        row_states(
            "located",
            "loyalty_entries",
            ["source_system", "entry_id"],
            not_yet="occurred_date > as_of_date",
        )
    }}

select *
from stated
