#include "net/fence_private.h"

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

/* RFC 4443 1, RFC 4861 4.3 and 4.4: the C library's headers of these do not go with the kernel's. */
enum { ICMPV6 = 58, NEIGHBOR_SOLICITATION = 135, NEIGHBOR_ADVERTISEMENT = 136 };

enum { NO_NAME = -1 };
struct rule {
    const char *chain;
    int sets;          /* where the address is looked up */
    uint8_t protocol;  /* NFPROTO_..., in the table of both; 0: any */
    int name;          /* NFT_META_...: of the interface, before the address */
    uint32_t base, at; /* where the address stands; */
    uint32_t bytes;    /* how long it is */
    bool of_this_host; /* only if the host has the address */
};
/* RFC 791 3.1: source at 12, destination at 16. RFC 8200 3: at 8 and 24. RFC 826: the sender's address at 14. Answers to
 * ARP and neighbour solicitations come from the address, and so does what would tell others unasked that it is here.
 * prerouting is for what is translated there; input is also right for interfaces with a routing table of their own. */
static const struct rule rules[] = {
    {"input", SETS_INET4, NFPROTO_IPV4, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 16, IP4_BYTES, false},
    {"input", SETS_INET6, NFPROTO_IPV6, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 24, IP6_BYTES, false},
    {"input", SETS_LINK, NFPROTO_IPV6, NFT_META_IIFNAME, NFT_PAYLOAD_NETWORK_HEADER, 24, IP6_BYTES, false},
    {"output", SETS_INET4, NFPROTO_IPV4, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 12, IP4_BYTES, false},
    {"output", SETS_INET6, NFPROTO_IPV6, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 8, IP6_BYTES, false},
    {"output", SETS_LINK, NFPROTO_IPV6, NFT_META_OIFNAME, NFT_PAYLOAD_NETWORK_HEADER, 8, IP6_BYTES, false},
    {"prerouting", SETS_INET4, NFPROTO_IPV4, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 16, IP4_BYTES, true},
    {"prerouting", SETS_INET6, NFPROTO_IPV6, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 24, IP6_BYTES, true},
    {"output", SETS_ARP4, 0, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 14, IP4_BYTES, false},
    {FENCE_ACCEPT_CHAIN, SETS_INPUT4, NFPROTO_IPV4, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 16, IP4_BYTES, false},
    {FENCE_ACCEPT_CHAIN, SETS_INPUT6, NFPROTO_IPV6, NO_NAME, NFT_PAYLOAD_NETWORK_HEADER, 24, IP6_BYTES, false},
    {FENCE_ACCEPT_CHAIN, SETS_INPUT_LINK, NFPROTO_IPV6, NFT_META_IIFNAME, NFT_PAYLOAD_NETWORK_HEADER, 24, IP6_BYTES,
     false},
};
/* The destination of a frame, in a chain that has the interface's name. */
static const struct rule frames = {NULL, SETS_MAC, 0, NFT_META_IIFNAME, NFT_PAYLOAD_LL_HEADER, 0, MAC_BYTES, false};

/* --- rules ----------------------------------------------------------------------------------------------------------- */

static struct nftnl_expr *expression(struct nftnl_rule *rule, const char *name)
{
    struct nftnl_expr *e = nftnl_expr_alloc(name);
    if (e != NULL)
        nftnl_rule_add_expr(rule, e); /* it is freed with the rule */
    return e;
}

static bool load_meta(struct nftnl_rule *rule, uint32_t key, uint32_t reg)
{
    struct nftnl_expr *e = expression(rule, "meta");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
    nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg);
    return true;
}

static bool load_payload(struct nftnl_rule *rule, uint32_t base, uint32_t at, uint32_t bytes, uint32_t reg)
{
    struct nftnl_expr *e = expression(rule, "payload");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, at);
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, bytes);
    return true;
}

static bool load_route_type(struct nftnl_rule *rule, uint32_t reg)
{
    struct nftnl_expr *e = expression(rule, "fib");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_DREG, reg);
    nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
    nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR);
    return true;
}

static bool compares(struct nftnl_rule *rule, uint32_t reg, uint32_t op, const void *data, uint32_t size)
{
    struct nftnl_expr *e = expression(rule, "cmp");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, reg);
    nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
    nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, size);
    return true;
}

static bool is_equal(struct nftnl_rule *rule, uint32_t reg, const void *data, uint32_t size)
{
    return compares(rule, reg, NFT_CMP_EQ, data, size);
}

static bool is_in(struct nftnl_rule *rule, const char *set, uint32_t flags)
{
    struct nftnl_expr *e = expression(rule, "lookup");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
    nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
    nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, flags);
    return true;
}

static bool decide(struct nftnl_rule *rule, uint32_t verdict)
{
    struct nftnl_expr *e = expression(rule, "immediate");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, verdict);
    return true;
}

/* The key is put together from the first register on; what is fenced and not live is dropped. */
static bool express(struct nftnl_rule *rule, const struct rule *r)
{
    static const uint32_t local = RTN_LOCAL;
    const struct fence_sets *s = &fence_sets[r->sets];
    uint32_t reg = NFT_REG_1;
    if (r->protocol != 0 && !(load_meta(rule, NFT_META_NFPROTO, reg) && is_equal(rule, reg, &r->protocol, 1)))
        return false;
    if (r->name != NO_NAME && !load_meta(rule, (uint32_t)r->name, reg++))
        return false;
    if (!load_payload(rule, r->base, r->at, r->bytes, reg) || !is_in(rule, s->fenced, 0) ||
        (s->live != NULL && !is_in(rule, s->live, NFT_LOOKUP_F_INV)))
        return false;
    if (r->of_this_host && !(load_route_type(rule, reg) && is_equal(rule, reg, &local, sizeof local)))
        return false;
    return decide(rule, NF_DROP);
}

/* Neighbour discovery is for any address: without it nobody would find the way through this host. */
static bool express_discovery(struct nftnl_rule *rule)
{
    static const uint8_t family = NFPROTO_IPV6, protocol = ICMPV6;
    static const uint8_t first = NEIGHBOR_SOLICITATION, last = NEIGHBOR_ADVERTISEMENT;
    return load_meta(rule, NFT_META_NFPROTO, NFT_REG_1) && is_equal(rule, NFT_REG_1, &family, 1) &&
           load_meta(rule, NFT_META_L4PROTO, NFT_REG_1) && is_equal(rule, NFT_REG_1, &protocol, 1) &&
           load_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1, NFT_REG_1) &&
           compares(rule, NFT_REG_1, NFT_CMP_GTE, &first, 1) && compares(rule, NFT_REG_1, NFT_CMP_LTE, &last, 1) &&
           decide(rule, NF_ACCEPT);
}

/* Frees the rule. */
static bool put(struct fence *f, struct nftnl_rule *rule, bool complete, uint16_t family, const char *chain)
{
    if (complete) {
        nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, FENCE_TABLE);
        nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain);
        nftnl_rule_nlmsg_build_payload(batch_message(f, NFT_MSG_NEWRULE, family, NLM_F_CREATE | NLM_F_APPEND), rule);
    }
    if (rule != NULL)
        nftnl_rule_free(rule);
    return complete;
}

static bool put_rule(struct fence *f, const struct rule *r, const char *chain)
{
    struct nftnl_rule *rule = nftnl_rule_alloc();
    return put(f, rule, rule != NULL && express(rule, r), fence_sets[r->sets].family, chain);
}

static bool put_discovery(struct fence *f)
{
    struct nftnl_rule *rule = nftnl_rule_alloc();
    return put(f, rule, rule != NULL && express_discovery(rule), NFPROTO_INET, FENCE_ACCEPT_CHAIN);
}

bool fence_put_rules(struct fence *f, uint16_t family)
{
    bool complete = family != NFPROTO_INET || put_discovery(f);
    for (size_t n = 0; n < nitems(rules) && complete; n++) {
        if (fence_sets[rules[n].sets].family == family)
            complete = put_rule(f, &rules[n], rules[n].chain);
    }
    return complete;
}

bool fence_put_frame_rule(struct fence *f, const char *chain)
{
    return put_rule(f, &frames, chain);
}

bool fence_put_no_rules(struct fence *f, uint16_t family)
{
    struct nftnl_rule *all = nftnl_rule_alloc();
    if (all == NULL)
        return false;
    nftnl_rule_set_str(all, NFTNL_RULE_TABLE, FENCE_TABLE);
    nftnl_rule_nlmsg_build_payload(batch_message(f, NFT_MSG_DELRULE, family, 0), all);
    nftnl_rule_free(all);
    return true;
}
