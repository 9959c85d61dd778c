#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_arp.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "net/fence_private.h"

/* How nft numbers the types of keys that it shows, and keys of two parts. */
enum { NFT_IPV4 = 7, NFT_IPV6 = 8, NFT_ETHER = 9, NFT_IFNAME = 41, NFT_TYPE_BITS = 6 };
enum { IP4_BYTES = 4, IP6_BYTES = 16, MAC_BYTES = 6, MAC_ROOM = 8 };

static bool takes_4(const struct fence_item *item)
{
    return item->ip.family == 4;
}

static bool takes_6(const struct fence_item *item)
{
    return item->ip.family == 6 && !fence_is_local(&item->ip);
}

static bool takes_link(const struct fence_item *item)
{
    return item->ip.family == 6 && fence_is_local(&item->ip);
}

static bool takes_mac(const struct fence_item *item)
{
    return item->ip.family == 0;
}

const struct fence_sets fence_sets[SETS] = {
    [SETS_ARP4] = {NFPROTO_ARP, "fenced4", "live4", NFT_IPV4, IP4_BYTES, takes_4},
    [SETS_INET4] = {NFPROTO_INET, "fenced4", "live4", NFT_IPV4, IP4_BYTES, takes_4},
    [SETS_INET6] = {NFPROTO_INET, "fenced6", "live6", NFT_IPV6, IP6_BYTES, takes_6},
    [SETS_LINK] = {NFPROTO_INET, "fenced-link", "live-link", NFT_IFNAME << NFT_TYPE_BITS | NFT_IPV6,
                   IFNAMSIZ + IP6_BYTES, takes_link},
    [SETS_MAC] = {NFPROTO_NETDEV, "fenced-mac", "live-mac", NFT_IFNAME << NFT_TYPE_BITS | NFT_ETHER,
                  IFNAMSIZ + MAC_ROOM, takes_mac},
};

enum {
    PRIORITY = -300,       /* before connection tracking and address translation */
    FRAME_PRIORITY = -500, /* before a flow table passes them on */
};

struct chain {
    uint16_t family;
    const char *name;
    uint32_t hook;
};
static const struct chain chains[] = {
    {NFPROTO_INET, "input", NF_INET_LOCAL_IN},
    {NFPROTO_INET, "output", NF_INET_LOCAL_OUT},
    {NFPROTO_INET, "prerouting", NF_INET_PRE_ROUTING},
    {NFPROTO_ARP, "output", NF_ARP_OUT},
};

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

static bool load_address(struct nftnl_rule *rule, const struct rule *r, uint32_t reg)
{
    struct nftnl_expr *e = expression(rule, "payload");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, r->base);
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, r->at);
    nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, r->bytes);
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

static bool is_equal(struct nftnl_rule *rule, uint32_t reg, const void *data, uint32_t size)
{
    struct nftnl_expr *e = expression(rule, "cmp");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, reg);
    nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
    nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, size);
    return true;
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

static bool drop(struct nftnl_rule *rule)
{
    struct nftnl_expr *e = expression(rule, "immediate");
    if (e == NULL)
        return false;
    nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
    nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NF_DROP);
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
    if (!load_address(rule, r, reg) || !is_in(rule, s->fenced, 0) || !is_in(rule, s->live, NFT_LOOKUP_F_INV))
        return false;
    if (r->of_this_host && !(load_route_type(rule, reg) && is_equal(rule, reg, &local, sizeof local)))
        return false;
    return drop(rule);
}

static bool put_rule(struct fence *f, const struct rule *r, const char *chain)
{
    struct nftnl_rule *rule = nftnl_rule_alloc();
    bool complete = rule != NULL && express(rule, r);
    if (complete) {
        nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, FENCE_TABLE);
        nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, chain);
        nftnl_rule_nlmsg_build_payload(
            batch_message(f, NFT_MSG_NEWRULE, fence_sets[r->sets].family, NLM_F_CREATE | NLM_F_APPEND), rule);
    }
    if (rule != NULL)
        nftnl_rule_free(rule);
    return complete;
}

static bool put_no_rules(struct fence *f, uint16_t family)
{
    struct nftnl_rule *all = nftnl_rule_alloc();
    if (all == NULL)
        return false;
    nftnl_rule_set_str(all, NFTNL_RULE_TABLE, FENCE_TABLE);
    nftnl_rule_nlmsg_build_payload(batch_message(f, NFT_MSG_DELRULE, family, 0), all);
    nftnl_rule_free(all);
    return true;
}

/* --- tables, sets, chains --------------------------------------------------------------------------------------------- */

static bool put_table(struct fence *f, uint16_t type, uint16_t family, uint16_t flags)
{
    static const char comment[] = "made by vip-follow; see vip-follow(8)";
    struct nftnl_table *t = nftnl_table_alloc();
    struct nftnl_udata_buf *notes = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
    bool complete = t != NULL && notes != NULL;
    if (complete) {
        nftnl_table_set_str(t, NFTNL_TABLE_NAME, FENCE_TABLE);
        if (type == NFT_MSG_NEWTABLE && nftnl_udata_put_strz(notes, NFTNL_UDATA_TABLE_COMMENT, comment))
            nftnl_table_set_data(t, NFTNL_TABLE_USERDATA, nftnl_udata_buf_data(notes), nftnl_udata_buf_len(notes));
        nftnl_table_nlmsg_build_payload(batch_message(f, type, family, flags), t);
    }
    if (t != NULL)
        nftnl_table_free(t);
    if (notes != NULL)
        nftnl_udata_buf_free(notes);
    return complete;
}

struct nftnl_set *fence_set(const struct fence_sets *s, const char *name)
{
    struct nftnl_set *set = nftnl_set_alloc();
    if (set == NULL)
        return NULL;
    nftnl_set_set_str(set, NFTNL_SET_TABLE, FENCE_TABLE);
    nftnl_set_set_str(set, NFTNL_SET_NAME, name);
    nftnl_set_set_u32(set, NFTNL_SET_FAMILY, s->family);
    return set;
}

static bool put_set(struct fence *f, const struct fence_sets *s, const char *name, uint32_t flags)
{
    struct nftnl_set *set = fence_set(s, name);
    if (set == NULL)
        return false;
    nftnl_set_set_u32(set, NFTNL_SET_ID, f->seq); /* any, of its own */
    nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, s->type);
    nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, s->size);
    nftnl_set_set_u32(set, NFTNL_SET_FLAGS, flags);
    nftnl_set_nlmsg_build_payload(batch_message(f, NFT_MSG_NEWSET, s->family, NLM_F_CREATE), set);
    nftnl_set_free(set);
    return true;
}

/* Only if it is empty. */
static bool put_no_set(struct fence *f, const struct fence_sets *s)
{
    struct nftnl_set *set = fence_set(s, s->fenced);
    if (set == NULL)
        return false;
    nftnl_set_nlmsg_build_payload(batch_message(f, NFT_MSG_DELSET, s->family, NLM_F_NONREC), set);
    nftnl_set_free(set);
    return true;
}

/* device NULL: of no interface in particular. */
static bool put_chain(struct fence *f, const struct chain *c, const char *device, uint16_t flags)
{
    struct nftnl_chain *chain = nftnl_chain_alloc();
    if (chain == NULL)
        return false;
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FENCE_TABLE);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, c->name);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, c->hook);
    nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, device != NULL ? FRAME_PRIORITY : PRIORITY);
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
    if (device != NULL)
        nftnl_chain_set_str(chain, NFTNL_CHAIN_DEV, device);
    nftnl_chain_nlmsg_build_payload(batch_message(f, NFT_MSG_NEWCHAIN, c->family, NLM_F_CREATE | flags), chain);
    nftnl_chain_free(chain);
    return true;
}

static bool put_no_chain(struct fence *f, const struct chain *c)
{
    struct nftnl_chain *chain = nftnl_chain_alloc();
    if (chain == NULL)
        return false;
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, FENCE_TABLE);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, c->name);
    nftnl_chain_nlmsg_build_payload(batch_message(f, NFT_MSG_DELCHAIN, c->family, 0), chain);
    nftnl_chain_free(chain);
    return true;
}

/* --- all together ------------------------------------------------------------------------------------------------------ */

static bool done(struct fence *f, bool complete)
{
    if (complete)
        return batch_commit(f);
    errno = ENOMEM;
    return false;
}

bool fence_make(struct fence *f, uint16_t family)
{
    batch_begin(f);
    bool complete = put_table(f, NFT_MSG_NEWTABLE, family, NLM_F_CREATE | NLM_F_EXCL);
    for (size_t n = 0; n < nitems(fence_sets) && complete; n++) {
        const struct fence_sets *s = &fence_sets[n];
        if (s->family == family)
            complete = put_set(f, s, s->fenced, 0) && put_set(f, s, s->live, NFT_SET_TIMEOUT);
    }
    for (size_t n = 0; n < nitems(chains) && complete; n++) {
        if (chains[n].family == family)
            complete = put_chain(f, &chains[n], NULL, 0);
    }
    for (size_t n = 0; n < nitems(rules) && complete; n++) {
        if (fence_sets[rules[n].sets].family == family)
            complete = put_rule(f, &rules[n], rules[n].chain);
    }
    return done(f, complete) || errno == EEXIST; /* it was all made at once, then */
}

bool fence_unmake(struct fence *f, uint16_t family)
{
    batch_begin(f);
    bool complete = put_no_rules(f, family);
    for (size_t n = 0; n < nitems(fence_sets) && complete; n++) {
        if (fence_sets[n].family == family)
            complete = put_no_set(f, &fence_sets[n]);
    }
    return done(f, complete && put_table(f, NFT_MSG_DELTABLE, family, 0));
}

bool fence_watch_frames(struct fence *f, const char *ifname)
{
    const struct chain c = {NFPROTO_NETDEV, ifname, NF_NETDEV_INGRESS};
    batch_begin(f);
    if (done(f, put_chain(f, &c, ifname, NLM_F_EXCL) && put_rule(f, &frames, ifname)))
        return true;
    if (errno != EEXIST)
        return false;
    /* It may be of an interface that is gone, or has another name now. */
    batch_begin(f);
    return done(f, put_no_chain(f, &c) && put_chain(f, &c, ifname, 0) && put_rule(f, &frames, ifname));
}
