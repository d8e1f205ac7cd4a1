-- A target of a metric that nobody reviews, misspelt perhaps, would be missed by
-- everybody.
select *
from {{ ref("targets") }}
where
    metric not in (
        {%- for table, metric, better in reviewed_metrics() %}
            '{{ metric }}'{{ "," if not loop.last }}
        {%- endfor %}
    )
