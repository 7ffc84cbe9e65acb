-- Without pauses the next service runs everything again. No run is live here,
-- so that nobody needs a lease.
DROP TABLE pauses;
DROP TABLE leases;
