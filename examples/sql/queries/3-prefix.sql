SELECT phone_national(number) AS phone, phone_place(number) AS place, phone_time_zone(number) AS zone
FROM (SELECT phone_parse(phone, country) AS number FROM people)
WHERE number BETWEEN phone_first('+4144668') AND phone_last('+4144668')
ORDER BY number
LIMIT 5
