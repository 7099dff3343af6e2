create table purchase (
  id integer generated always as identity primary key,
  customer_id integer not null references customer,
  cents integer not null check (cents > 0)
);
