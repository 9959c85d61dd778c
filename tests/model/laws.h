/* What must hold, whatever happens: RFC 9568 from outside, without a look into the state machine.
 *
 *   silence    somebody is Active at the latest when the Active_Down_Interval of the best one who hears is over, and
 *              Skew_Time after a priority 0 was heard
 *   early      nobody takes over from an Active before its own Active_Down_Interval since the last advert is over
 *   better     of those who heard the same, the one with the highest priority takes over
 *   preempt    only who may preempts, and only somebody lower
 *   two        who is Active and hears a better one is Active no longer; who hears a lower one has answered
 *   settled    some time after the last disturbance one router is Active, no better one wants to be, and nothing changes
 *   group      the virtual routers of a group are Active together or not at all
 *   storm      between two regular advertisements there is an interval, between two answers a quarter of one */
#ifndef MODEL_LAWS_H
#define MODEL_LAWS_H

#include "tests/model/world.h"

/* The world tells; the first law that does not hold is in world_wrong. */
void law_sent(uint8_t host, uint8_t segment, const struct send_event *e, bool timer);
void law_state(uint8_t host, uint8_t segment, const struct state_event *e); /* before it counts */
void law_changed(uint8_t segment);                                          /* after */
void law_hears(uint8_t host, uint8_t segment, uint8_t from, const struct message *m);
void law_heard(uint8_t host, uint8_t segment, uint8_t from, const struct message *m);
void law_time(void);              /* now is the moment of the next timer */
void law_disturbed(uint8_t host); /* something is about to happen to it */
void law_stepped(void);           /* one step is over */
void law_settled(void);

#endif
