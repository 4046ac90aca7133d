SELECT phone_e164(cell, region) AS number, phone_error(cell, region) AS error
FROM (VALUES (1, x'303434203636382031382030300a', 'CH'), (2, x'2b3431ff', 'CH'), (3, x'303434', 'XX'), (4, NULL, 'CH'))
  AS cells (id, cell, region)
ORDER BY id
