with
    customers as (select * from {{ ref("dim_customers") }}),

    profiles as (select * from {{ ref("int_customers_profiled") }}),

    decisions as (select * from {{ ref("int_consents_by_day") }}),

    decision_days as (
        select distinct customer_id, from_date as recorded_date from decisions
    ),

    -- consent in any channel; each decision stands until the next one on its channel
    decided as (
        select
            decision_days.customer_id,
            decision_days.recorded_date as from_date,
            bool_or(decisions.is_granted) as is_granted

        from decision_days
        inner join
            decisions
            on decision_days.customer_id = decisions.customer_id
            and decision_days.recorded_date
            between decisions.from_date and decisions.to_date
        group by decision_days.customer_id, decision_days.recorded_date
    ),

    -- before the first decision the flag of the profile stands in
    joined as (
        select
            customers.customer_id,
            customers.is_erased,
            date '0001-01-01' as from_date,
            coalesce(profiles.has_marketing_consent, false) as is_granted

        from customers
        left join profiles on customers.customer_id = profiles.customer_id

        union all

        select
            customers.customer_id,
            customers.is_erased,
            decided.from_date,
            decided.is_granted

        from decided
        inner join customers on decided.customer_id = customers.customer_id
    )

select
    customer_id,
    from_date,
    coalesce(
        lead(from_date) over (partition by customer_id order by from_date) - 1,
        date '9999-12-31'
    ) as to_date,
    is_granted and not is_erased as has_consent,
    is_erased

from joined
