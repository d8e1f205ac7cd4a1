with
    {{ located("contacts", event="contacted") }},

    {{
        row_states(
            "located",
            "contacts",
            ["source_system", "contact_id"],
            not_yet="contacted_date > as_of_date",
        )
    }}

select *
from stated
