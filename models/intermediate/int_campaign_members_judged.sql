with
    {{ located("campaign_members", event="assigned") }},

    {{
        row_states(
            "located",
            "campaign_members",
            ["source_system", "campaign_id", "source_customer_id"],
            not_yet="assigned_date > as_of_date",
        )
    }}

select *
from stated
