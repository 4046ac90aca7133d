SELECT phone_region(phone, country) AS region, phone_type(phone, country) AS type, count(*) AS numbers
FROM people
GROUP BY region, type
ORDER BY numbers DESC, region, type
LIMIT 10
