-- Says the same however often it is run: what is there already stays as it is.
insert into customer (name)
  select 'customer ' || number from generate_series(1, :customers) as number
  on conflict do nothing;
insert into purchase (customer_id, cents)
  select id, 100 + id % 900 from customer
  where not exists (select from purchase where customer_id = customer.id);
