-- Every quarantined row is shown as it came, once, with at least one reason: what
-- cannot
-- be explained cannot be corrected.
with
    reconciliation as (select * from {{ ref("landing_reconciliation") }}),

    shown as (
        select
            landing_file_id,
            count(*) as shown_row_count,
            count_if(reasons <> '' and row_text is not null) as explained_row_count

        from {{ ref("quarantined_rows") }}
        group by landing_file_id
    )

select
    reconciliation.landing_file_id,
    reconciliation.quarantined_row_count,
    shown.shown_row_count,
    shown.explained_row_count

from reconciliation
left join shown on reconciliation.landing_file_id = shown.landing_file_id
where
    reconciliation.quarantined_row_count <> coalesce(shown.shown_row_count, 0)
    or reconciliation.quarantined_row_count <> coalesce(shown.explained_row_count, 0)
