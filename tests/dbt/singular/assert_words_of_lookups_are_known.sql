-- Warns (2026-11-28): a word that a company uses and a lookup does not know is no
-- fault of
-- the row, which is read as audit.unknown_words says; somebody should add it.
{{ config(severity="warn") }} select * from {{ ref("unknown_words") }}
