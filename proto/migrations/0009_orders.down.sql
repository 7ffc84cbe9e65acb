-- Without them an order is forgotten with the service that took it.
DROP TABLE orders;
