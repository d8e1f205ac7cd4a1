-- A word that no decision can match, a meaning that nobody reads, a channel of contact
-- that no decision can name: all would be withdrawals of everything, or grants of
-- nothing.
with
    words as (select * from {{ ref("consent_words") }}),

    channels as (select * from {{ ref("contact_channels") }})

select words.word_kind, words.word, words.meaning, 'word' as fault
from words
where words.word <> lower({{ trimmed("words.word") }})

union all

select words.word_kind, words.word, words.meaning, 'meaning' as fault
from words
left join channels on words.meaning = channels.channel
where
    (words.word_kind = 'purpose' and words.meaning not in ('marketing', 'other'))
    or (
        words.word_kind = 'channel'
        and words.meaning <> 'all'
        and channels.channel is null
    )

union all

select 'channel' as word_kind, channels.channel, null as meaning, 'missing' as fault
from channels
left join words on channels.channel = words.meaning and words.word_kind = 'channel'
where words.word is null
