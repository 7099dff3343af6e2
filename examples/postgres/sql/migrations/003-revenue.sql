create index if not exists purchase_customer on purchase (customer_id);
create or replace view revenue as
  select customer.name, coalesce(sum(purchase.cents), 0) as cents
  from customer left join purchase on purchase.customer_id = customer.id
  group by customer.name;
