with
    scores as (select * from {{ ref("int_rfm_scores") }}),

    rules as (select * from {{ ref("rfm_segment_rules") }}),

    -- scores are few: the first rule that holds is found once for each combination
    combinations as (
        select distinct recency_score, frequency_score, monetary_score from scores
    ),

    ruled as (
        select
            combinations.*,
            rules.rfm_segment,
            row_number() over (
                partition by
                    combinations.recency_score,
                    combinations.frequency_score,
                    combinations.monetary_score
                order by rules.rule_rank
            ) as rule_position

        from combinations
        inner join
            rules
            on combinations.recency_score
            between rules.min_recency_score and rules.max_recency_score
            and combinations.frequency_score
            between rules.min_frequency_score and rules.max_frequency_score
            and combinations.monetary_score
            between rules.min_monetary_score and rules.max_monetary_score
    )

select scores.*, ruled.rfm_segment
from scores
inner join
    ruled
    on scores.recency_score = ruled.recency_score
    and scores.frequency_score = ruled.frequency_score
    and scores.monetary_score = ruled.monetary_score
where ruled.rule_position = 1
