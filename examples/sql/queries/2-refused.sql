SELECT phone, phone_error(phone, country) AS error, count(*) AS rows
FROM people
WHERE phone_error(phone, country) IS NOT NULL
GROUP BY phone, error
ORDER BY rows DESC, phone
LIMIT 5
