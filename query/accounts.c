/* What departments ask about their own deliveries: whose a key is, and the head of a receipt. */
#include "query/accounts.h"

#include "base/err.h"

int query_department_of_hash(struct query *q, const uint8_t hash[32], struct slice *ret_department)
{
    struct department_key key;
    int r = department_key_get(q->view, q->arena, hash, &key);
    if (r == 0)
        *ret_department = key.department;
    return r;
}

int query_department_of_key(struct query *q, struct slice secret, struct slice *ret_department)
{
    uint8_t hash[32];
    crypt_sha256(secret, hash);
    return query_department_of_hash(q, hash, ret_department);
}

int query_submission(struct query *q, struct slice id, struct slice department,
                     struct batch_id *ret_id, struct batch_state *ret)
{
    if (!base32_parse(id, ret_id->b, sizeof ret_id->b))
        return CE_NOT_FOUND;
    int r = batch_state_get(q->view, q->arena, ret_id, ret);
    if (r == 0 && department.n && !slice_eq(department, ret->department))
        return CE_NOT_FOUND;
    return r;
}
