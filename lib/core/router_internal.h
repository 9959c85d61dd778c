/* Shared by the router's own files; nobody else includes it. */
#ifndef CORE_ROUTER_INTERNAL_H
#define CORE_ROUTER_INTERNAL_H

#include "core/router.h"

/* router.c */
void router_send_advertisement(struct router_actions *out, uint8_t prio, bool announce);
void router_transition(struct router *r, enum router_state to, enum router_why why, struct router_actions *out);
void router_cancel_timers(struct router *r);
void router_start_active_down_timer(struct router *r, instant at, usec interval);
void router_become_backup_unheard(struct router *r, instant now, enum router_why why, struct router_actions *out);
void router_leave_initialize(struct router *r, instant now, enum router_why why, struct router_actions *out);
bool router_preempts(const struct router *r);

/* router_beyond.c */
enum router_why router_fault_why(unsigned faults);
usec router_own_down_interval(const struct router *r); /* as the others have it for this router's advertisements */
void router_end_first_stall(struct router *r, instant at, struct router_actions *out); /* another router is heard */

#endif
