# vrrp-tools: GNU make. `make` builds into build/, `make demo` shows it at work, `make check` tests it.
#
# The lists below are the architecture: what each program is linked from, and nothing is linked that is not listed.
# core/NAME is lib/core/NAME.c (pure), net/NAME is lib/net/NAME.c (edges), cmd/NAME is cmd/NAME.c (talks to people).

VERSION := 0.1.0

programs := vrrp-listen vrrp-pick vrrp-json vrrp-audit vrrp-explain vrrp-top vrrp-sim keepalived-to-vr vrrp-elect vrrp-advert vip-up
programs += vip-down vip-follow vrrp-check vrrp-track vrrp-hook vrrp-run vrrp-ctl vrrp-log

# Modules that are more than one file.
line := core/address core/line_parse core/line_write core/value
packet := core/packet core/checksum core/bytes
frame := core/frame core/ip_header core/announce_frame core/other
auth := core/auth_keys core/auth_mac
verify := core/auth_verify core/siphash $(auth)
sign := core/auth_sign $(auth)
limit := core/limit core/known core/bucket core/siphash
report := core/report core/filter core/match core/vips $(limit) $(verify)
config := core/config core/config_value core/address_style core/prefix_list core/config_hint core/config_track core/config_check core/config_write core/peer core/route $(packet)
event := core/event_advert core/event_announce core/event_origin core/event_other core/event_source core/event_router
event += core/reader core/announce_frame core/other $(config) $(packet) $(line)
router := core/router core/router_beyond
electorate := core/grow core/electorate core/electorate_group core/electorate_hear core/electorate_lists core/electorate_member core/electorate_peer core/electorate_tracks core/electorate_loop
electorate += core/electorate_status core/electorate_time $(router) core/form core/timers core/heap
keepalived := core/keepalived core/keepalived_beside core/keepalived_convert core/keepalived_instance core/keepalived_line core/keepalived_routes
keepalived += core/keepalived_tracks core/keepalived_words core/words $(line)
sim := core/grow core/sim core/sim_measure core/sim_scenario core/sim_table core/sim_wire core/sim_write $(electorate) $(event)
observer := core/observer core/observer_groups core/bucket core/place core/heap core/timers
board := core/board core/board_event core/board_view core/board_cell core/board_filter core/board_detail core/audit_rules core/freshness core/match core/text
session := core/session core/session_control core/session_time core/session_write core/freshness $(observer)
timeline := core/timeline core/timeline_beside core/timeline_lines core/timeline_reigns core/buckets $(observer) $(event)
explain := core/explain core/explain_failover core/explain_figures core/explain_tables core/explain_text core/explain_words core/moment core/page core/text $(timeline)
picture := core/explain_html core/picture core/picture_adverts core/picture_axis core/picture_label core/picture_lanes core/picture_reigns core/picture_svg
holdings := core/grow core/holdings core/holdings_vmac core/holdings_links core/holdings_names core/holdings_plan core/holdings_done core/holdings_announce
holdings += core/holdings_track core/holdings_fence core/fence core/heap
belongings := core/grow core/belongings core/belongings_plan core/route_format
audit := core/audit core/audit_address core/audit_advert core/audit_announce core/audit_change core/audit_content core/audit_fold
audit += core/audit_learn core/audit_others core/audit_packets core/audit_rules core/audit_table core/audit_timing core/audit_write
audit += core/grow core/policy core/siphash $(observer)
watch := core/watch core/watch_state
notify := core/hook_environment core/notify core/notify_groups core/sentence core/text core/audit_rules
link := net/link net/link_table core/vmac
kernel := net/kernel net/kernel_message
addresses := net/addresses net/address_interface net/address_watch net/interface_message
macvlan := net/macvlan net/macvlan_below net/macvlan_check net/macvlan_remove net/presence core/vmac
routes := net/netlink net/route net/route_message
fence := net/fence net/fence_batch net/fence_tables net/fence_rules
confine := cmd/confine cmd/realtime net/confine net/confine_profiles net/privilege net/realtime
stage := net/inlet net/outlet net/signals net/clock core/levels
json := core/json_names core/json_read core/json_scan core/json_write core/decimal core/keys core/plain
assign := core/assign core/keys core/plain
colour := cmd/colour core/paint core/text
stream := cmd/stream $(colour) cmd/lines net/inlet net/signals net/clock
key_file := cmd/key_file cmd/line_file net/secret_file
capture := net/capture net/capture_file net/capture_filter net/capture_live net/capture_merge net/capture_ring net/capture_writer net/membership core/vmac

vrrp-listen.objs := cmd/cli cmd/listen_file cmd/listen_lines cmd/listen_live cmd/listen_progress cmd/listen_report
vrrp-listen.objs += $(event) $(frame) $(report) $(colour) net/wakeup $(stage) $(capture) $(link) $(key_file) $(confine)
vrrp-listen.libs := -lpcap -lmnl -lnettle -lcap -lseccomp

vrrp-pick.objs := cmd/cli $(stream) $(line) $(assign) core/match $(confine)
vrrp-pick.libs := -lcap -lseccomp

vrrp-json.objs := cmd/cli $(stream) $(line) $(json) $(confine)
vrrp-json.libs := -lcap -lseccomp

keepalived-to-vr.objs := cmd/cli $(keepalived) net/clock $(confine)
keepalived-to-vr.libs := -lcap -lseccomp

vrrp-sim.objs := cmd/cli cmd/line_file $(stream) $(sim) $(confine)
vrrp-sim.libs := -lcap -lseccomp

vrrp-elect.objs := cmd/cli cmd/line_file cmd/operands cmd/vr_file $(event) $(electorate) $(session) $(colour) $(stage) net/fifo $(confine)
vrrp-elect.libs := -lcap -lseccomp

vrrp-advert.objs := cmd/cli cmd/operands cmd/advert_filter cmd/advert_hand cmd/advert_held core/grow cmd/advert_wire cmd/lines
vrrp-advert.objs += $(event) $(frame) $(sign) $(key_file) core/freshness core/timers $(stage) $(capture) net/inject net/unicast $(link) $(confine)
vrrp-advert.libs := -lpcap -lnet -lmnl -lnettle -lcap -lseccomp

vip-up.objs := cmd/cli cmd/vip core/config_value core/address_style $(packet) $(line) $(addresses) $(macvlan) net/announce net/inject net/clock $(confine)
vip-up.libs := -lnet -lmnl -lcap -lseccomp

vip-down.objs := cmd/cli cmd/vip core/config_value core/address_style $(packet) $(line) $(addresses) $(macvlan) net/clock $(confine)
vip-down.libs := -lmnl -lcap -lseccomp

vip-follow.objs := cmd/cli cmd/follow_fence cmd/follow_lines cmd/follow_kernel cmd/follow_macvlan cmd/follow_route cmd/follow_tracks cmd/lines cmd/track_report $(event)
vip-follow.objs += $(holdings) $(belongings) core/freshness core/timers $(stage) $(addresses) $(macvlan) $(routes) $(fence) net/announce net/inject net/control
vip-follow.objs += $(confine)
vip-follow.libs := -lnet -lnftnl -lmnl -lcap -lseccomp

vrrp-check.objs := cmd/cli cmd/command cmd/check_run cmd/track_out cmd/track_report $(event) core/check_state core/last_line $(stage) net/child
vrrp-check.objs += net/control
vrrp-check.libs :=

vrrp-track.objs := cmd/cli cmd/line_file cmd/operands cmd/track_look cmd/track_out cmd/track_report cmd/track_watches $(event)
vrrp-track.objs += $(watch) $(stage) net/control net/file_watch $(kernel) net/processes $(confine)
vrrp-track.libs := -lmnl -lcap -lseccomp

vrrp-hook.objs := cmd/cli cmd/command cmd/hook_fifo cmd/hook_lines cmd/hook_output cmd/hook_runs cmd/lines $(event) $(notify)
vrrp-hook.objs += core/errands core/freshness core/words $(stage) net/child
vrrp-hook.libs :=

vrrp-run.objs := cmd/cli cmd/line_file cmd/realtime cmd/vr_file cmd/run_chain cmd/run_directory cmd/run_fifo cmd/run_keys cmd/run_lines cmd/run_plan cmd/run_reload
vrrp-run.objs += cmd/run_replace cmd/run_scope cmd/run_side cmd/run_start cmd/run_track cmd/run_watch $(event) core/backoff $(stage) net/child net/control net/fifo
vrrp-run.objs += net/lock_file net/process net/realtime net/secret_file core/check_line core/watch $(addresses) $(link) $(macvlan)
vrrp-run.libs := -lmnl -lcap

vrrp-ctl.objs := cmd/cli cmd/ctl_ask cmd/operands $(event) net/clock net/control net/inlet $(confine)
vrrp-ctl.libs := -lcap -lseccomp

vrrp-log.objs := cmd/cli $(event) core/freshness core/log_head net/clock net/inlet net/log_file net/signals $(confine)
vrrp-log.libs := -lcap -lseccomp

vrrp-explain.objs := cmd/cli cmd/explain_files $(stream) $(explain) $(picture) $(confine)
vrrp-explain.libs := -lcap -lseccomp

vrrp-top.objs := cmd/cli cmd/top_draw cmd/top_plain cmd/top_screen $(stream) $(board) $(observer) core/heap core/timers $(event)
vrrp-top.objs += $(confine)
vrrp-top.libs := -lncursesw -lcap -lseccomp

vrrp-audit.objs := cmd/cli cmd/audit_learned cmd/line_file cmd/policy_file $(stream) $(event) $(audit) $(confine)
vrrp-audit.libs := -lcap -lseccomp

# Unit tests: tests/unit/test_NAME.c links its unit and what that needs.
test_clock.objs := net/clock $(line)
test_privilege.objs := net/privilege
test_realtime.objs := net/realtime
test_realtime.libs := -lcap
test_privilege.libs := -lcap
test_confine.objs := net/confine net/confine_profiles
test_confine.libs := -lseccomp
test_child.objs := net/child
test_words.objs := core/words
test_errands.objs := core/errands
test_notify.objs := core/notify core/notify_groups core/text $(event)
test_hook_environment.objs := $(notify) $(router) core/timers $(event)
test_signals.objs := net/signals
test_line.objs := $(line)
test_line_write.objs := $(line) tests/unit/random
test_match.objs := core/match $(line)
test_check_line.objs := core/check_line $(config) $(line)
test_check_state.objs := core/check_state
test_watch.objs := $(watch) $(config) $(line)
test_last_line.objs := core/last_line
test_observer.objs := $(observer) core/event_source core/reader core/config_value $(packet) $(line) core/heap core/timers core/observer
test_buckets.objs := core/buckets
test_timeline.objs := $(timeline)
test_explain.objs := core/explain core/timers core/address
test_explain_text.objs := $(explain)
test_page.objs := core/page core/text
test_moment.objs := core/moment core/text $(line)
test_picture.objs := $(explain) $(picture) tests/unit/random
test_board.objs := $(board) $(observer) core/heap core/timers $(event)
test_board_view.objs := $(test_board.objs)
test_audit.objs := $(audit) $(event) tests/unit/audit_host
test_audit_rules.objs := $(audit) $(event) tests/unit/audit_host
test_policy.objs := core/grow core/policy $(event)
test_config.objs := $(config) $(line)
test_belongings.objs := core/grow core/belongings core/belongings_plan core/route_format $(config) $(line) tests/unit/random
test_route.objs := core/route_format $(config) $(line) tests/unit/random
test_config_write.objs := $(config) $(line) tests/unit/random
test_event.objs := $(event) tests/unit/random
test_event_words.objs := $(event)
test_levels.objs := core/levels $(config) $(line)
test_holdings.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_others.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_track.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_vmac.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_fence.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_accept.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_links.objs := $(holdings) $(event) tests/unit/holdings_host
test_holdings_random.objs := $(holdings) $(event) tests/unit/holdings_host tests/unit/random
test_fence.objs := core/fence core/address
test_vmac.objs := core/vmac
test_freshness.objs := core/freshness
test_inlet.objs := net/inlet
test_outlet.objs := net/outlet net/clock core/levels $(event)
test_control.objs := net/control
test_fifo.objs := net/fifo
test_backoff.objs := core/backoff
test_decimal.objs := core/decimal tests/unit/random core/address
test_assign.objs := $(assign) core/text $(line)
test_paint.objs := core/paint core/text $(line)
test_plain.objs := core/plain core/text $(line) tests/unit/random
test_keys.objs := core/keys $(line)
test_json.objs := $(json) core/text $(line) tests/unit/random
test_log_head.objs := core/log_head core/freshness $(event)
test_log_file.objs := net/log_file
test_lock_file.objs := net/lock_file net/process net/child
test_inject.objs := net/inject $(frame) $(packet) $(line)
test_inject.libs := -lnet

test_address.objs := core/address
test_checksum.objs := core/checksum core/bytes core/address
test_packet.objs := tests/tools/vectors $(packet) core/address
test_packet_encode.objs := tests/tools/vectors $(packet) core/address
test_frame.objs := tests/tools/frames tests/tools/vectors $(frame) $(packet) core/address
test_ip_header.objs := $(test_frame.objs)
test_announce_frame.objs := $(test_frame.objs)
test_other.objs := $(test_frame.objs)

test_auth.objs := tests/tools/vectors $(verify) core/auth_sign $(frame) $(packet) core/config_value $(line)
test_auth.libs := -lnettle

test_siphash.objs := core/siphash
test_vips.objs := core/vips core/known core/bucket core/siphash core/address tests/unit/random
test_limit.objs := $(limit) core/address tests/unit/random
test_filter.objs := core/filter core/match $(packet) $(line) core/announce_frame core/other
test_capture.objs := $(capture) core/address core/bytes
test_capture.libs := -lpcap
test_capture_filter.objs := tests/tools/vectors $(report) $(frame) $(event) net/capture_filter
test_capture_filter.libs := -lpcap -lnettle
test_link_table.objs := $(link) core/address
test_link_table.libs := -lmnl

test_router.objs := $(router) core/timers core/address
test_heap.objs := core/heap
test_form.objs := core/form core/address
test_electorate.objs := $(electorate) $(event) tests/unit/electorate_host
test_electorate_peer.objs := $(test_electorate.objs)
test_electorate_auth.objs := $(test_electorate.objs)
test_group.objs := $(electorate) $(event)
test_group_pair.objs := $(electorate) $(event) tests/unit/random
test_session.objs := $(session) $(electorate) $(event)

# What tests and benchmarks use: tests/tools/NAME.c, tests/bench/NAME.c.
tools := hex2pcap profiles sendframe flood pour malform schema
hex2pcap.objs := tests/tools/vectors
profiles.objs := net/confine_profiles
sendframe.objs := tests/tools/vectors
flood.objs := tests/tools/vectors $(packet) core/address
pour.objs := $(line)
malform.objs := $(packet) core/address
schema.objs := core/keys $(line)
benches := gen_pcap pcap_loop measure
gen_pcap.objs := $(packet) core/address
pcap_loop.libs := -lpcap

# The model checker, tests/model/, and the same with one fault each, which it has to find.
models := model
model.objs := tests/model/arena tests/model/laws tests/model/same tests/model/world $(electorate) $(event) core/siphash
model.libs := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
mutants := $(shell sed -n 's/^\([a-z]*\/[^ ]*\) .*/\1/p' tests/model/mutants)

# Fuzz targets: tests/fuzz/fuzz_NAME.c, seeds in tests/fuzz/corpus/NAME/.
fuzz_board.objs := $(board) $(observer) core/heap core/timers $(event)
fuzz_session.objs := $(session) $(electorate) $(event)
fuzz_explain.objs := $(explain) $(picture)
fuzz_audit.objs := $(audit) $(event)
fuzz_electorate.objs := $(electorate) $(event)
fuzz_netlink.objs := $(link) $(kernel) $(addresses) $(event)
fuzz_netlink.libs := -lmnl
fuzz_frame.objs := $(verify) $(frame) $(packet) core/config_value $(line)
fuzz_frame.libs := -lnettle
fuzz_line.objs := $(notify) $(event)
fuzz_json.objs := $(json) core/text $(line)
fuzz_capture.objs := $(report) $(frame) $(event) $(capture)
fuzz_capture.libs := -lpcap -lnettle

# ---------------------------------------------------------------------------------------------------------------------

PREFIX ?= /usr/local
BUILD := build
FUZZ_SECONDS ?= 30
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
CFLAGS ?= -O2
FUZZ_CC ?= clang

bindir := $(DESTDIR)$(PREFIX)/bin
mandir := $(DESTDIR)$(PREFIX)/share/man
sharedir := $(DESTDIR)$(PREFIX)/share/vrrp-tools
stories := $(patsubst %.audit,%.pcap,$(wildcard tests/pcap/*.audit))
hookdir := $(DESTDIR)$(PREFIX)/share/vrrp-tools/hooks
unitdir := $(DESTDIR)$(PREFIX)/lib/systemd/system
sysusersdir := $(DESTDIR)$(PREFIX)/lib/sysusers.d
tmpfilesdir := $(DESTDIR)$(PREFIX)/lib/tmpfiles.d

warnings := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Wstrict-prototypes $(if $(filter 1,$(WERROR)),-Werror)
language := -std=c17 -D_GNU_SOURCE -Ilib -I.
hardening := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
sanitizers := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DSANITIZED

# gcc sees a program as a whole when it links it: a quarter faster, a quarter smaller. The objects are fat: tests link them
# apart, as they were compiled, and nm reads them. clang would need another linker for it.
gcc := $(findstring Free Software,$(shell $(CC) --version 2>/dev/null))
whole := $(if $(gcc),-flto -flto-partition=one)
apart := $(if $(gcc),-fno-lto)

# One kind of build per directory: its compiler, its flags.
release := $(BUILD)
asan := $(BUILD)/asan
fuzz := $(BUILD)/fuzz
coverage := $(BUILD)/coverage

cc.release = $(CC) $(language) $(warnings) $(hardening) $(CPPFLAGS) $(CFLAGS) $(if $(whole),$(whole) -ffat-lto-objects)
ld.release = $(CC) $(CFLAGS) -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
cc.asan = $(CC) $(language) $(warnings) $(sanitizers) $(CPPFLAGS)
ld.asan = $(CC) $(sanitizers) $(LDFLAGS)
cc.fuzz = $(FUZZ_CC) $(language) $(warnings) $(sanitizers) -fsanitize=fuzzer-no-link $(CPPFLAGS)
ld.fuzz = $(FUZZ_CC) $(sanitizers) -fsanitize=fuzzer $(LDFLAGS)
cc.coverage = $(CC) $(language) $(warnings) -O0 -g --coverage $(CPPFLAGS)
ld.coverage = $(CC) --coverage $(LDFLAGS)

units := $(notdir $(wildcard scripts/systemd/*.service))
pages := $(notdir $(wildcard man/*.[1578]))
tests := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
fuzzers := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# The source of an object's name, and the objects of a program in one kind of build.
source = $(patsubst core/%,lib/core/%,$(patsubst net/%,lib/net/%,$(1))).c
objects = $(foreach o,$(1),$(2)/obj/$(patsubst %.c,%.o,$(call source,$(o))))

.PHONY: all asan unit benches fuzzers models everything check model demo lint fuzz bench valgrind coverage chaos soak format install uninstall clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

all: $(programs:%=$(release)/%)
asan: $(programs:%=$(asan)/%) $(tools:%=$(asan)/%) $(tests:%=$(asan)/%)
unit: $(tools:%=$(release)/%) $(release)/clockstep.so $(tests:%=$(release)/%)
fuzzers: $(fuzzers:%=$(fuzz)/%)
benches: $(benches:%=$(release)/%)
models: $(models:%=$(release)/%) $(addprefix $(release)/mutants/,$(notdir $(mutants)))
everything: all asan unit benches fuzzers models

# $(1) kind of build, $(2) its directory. A change of compiler or flags rebuilds what was made with the old ones.
define kind
$(2)/flags: FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$$(cc.$(1)) $$(ld.$(1))' | cmp -s - $$@ || printf '%s\n' '$$(cc.$(1)) $$(ld.$(1))' > $$@

$(2)/obj/cmd/cli.o: override CPPFLAGS += -DVERSION='"$(VERSION)"'
$(2)/obj/cmd/cli.o: Makefile
$(2)/obj/%.o: %.c $(2)/flags
	@mkdir -p $$(@D)
	$$(cc.$(1)) -MMD -MP -c -o $$@ $$<
endef

# $(1) kind of build, $(2) its directory, $(3) program, $(4) folder of its own source, $(5) more for the linker
define program
$(2)/$(3): $(2)/obj/$(4)/$(3).o $(call objects,$($(3).objs),$(2)) $(2)/flags Makefile
	$$(ld.$(1)) -o $$@ $$(filter %.o,$$^) $($(3).libs) $(5)
endef

$(eval $(call kind,release,$(release)))
$(eval $(call kind,asan,$(asan)))
$(eval $(call kind,fuzz,$(fuzz)))
$(eval $(call kind,coverage,$(coverage)))
$(foreach p,$(programs),$(eval $(call program,release,$(release),$(p),cmd,$(whole))))
$(foreach p,$(programs),$(eval $(call program,asan,$(asan),$(p),cmd)))
$(foreach p,$(tools),$(eval $(call program,release,$(release),$(p),tests/tools,$(apart))))
$(foreach p,$(tools),$(eval $(call program,asan,$(asan),$(p),tests/tools)))
$(foreach p,$(benches),$(eval $(call program,release,$(release),$(p),tests/bench,$(apart))))
$(foreach p,$(tests),$(eval $(call program,release,$(release),$(p),tests/unit,-lcmocka $(apart))))
$(foreach p,$(tests),$(eval $(call program,asan,$(asan),$(p),tests/unit,-lcmocka)))
$(foreach p,$(tests),$(eval $(call program,coverage,$(coverage),$(p),tests/unit,-lcmocka)))
$(foreach p,$(fuzzers),$(eval $(call program,fuzz,$(fuzz),$(p),tests/fuzz)))

$(foreach p,$(models),$(eval $(call program,release,$(release),$(p),tests/model,$(apart))))

# $(1) FILE/NAME of a mutant: build/mutants/NAME is the model with core/FILE as tests/model/mutants has it
define mutant
$(release)/obj/mutants/$(notdir $(1)).c: lib/core/$(patsubst %/,%,$(dir $(1))).c tests/model/mutants tests/model/mutate
	@mkdir -p $$(@D)
	tests/model/mutate $(1) >$$@
$(release)/obj/mutants/$(notdir $(1)).o: $(release)/obj/mutants/$(notdir $(1)).c $(release)/flags
	$$(cc.release) -w -MMD -MP -c -o $$@ $$<
$(release)/mutants/$(notdir $(1)): $(release)/obj/tests/model/model.o $(release)/obj/mutants/$(notdir $(1)).o \
    $(call objects,$(filter-out core/$(patsubst %/,%,$(dir $(1))),$(model.objs)),$(release)) $(release)/flags Makefile
	@mkdir -p $$(@D)
	$$(ld.release) -o $$@ $$(filter %.o,$$^) $(model.libs) $(apart)
endef
$(foreach m,$(mutants),$(eval $(call mutant,$(m))))

# Loaded into the programs by a test.
$(release)/clockstep.so: tests/tools/clockstep.c $(release)/flags
	$(cc.release) -fPIC -shared $(LDFLAGS) -o $@ $<

-include $(shell find $(BUILD)/obj $(asan)/obj $(fuzz)/obj $(coverage)/obj -name '*.d' 2>/dev/null)

# What runs at a start, a change or a control line is made small, so that no program has above 200 kB. (private: the file of
# flags, which each object needs, has those of the others.)
small := $(filter-out $(packet),$(config)) core/session_control core/session_write core/auth_keys core/paint core/vmac core/grow
small += core/electorate core/electorate_group core/electorate_lists core/electorate_member core/electorate_peer core/electorate_status
small += core/electorate_tracks core/event_announce core/event_other core/event_source core/form core/observer_groups
small += core/holdings_links core/holdings_names core/holdings_track core/holdings_vmac $(belongings) $(routes)
small += cmd/cli cmd/operands cmd/line_file cmd/vr_file cmd/key_file cmd/colour cmd/advert_hand cmd/follow_fence cmd/follow_kernel
small += cmd/follow_macvlan cmd/follow_route cmd/follow_tracks cmd/vip-follow cmd/vrrp-elect
small += net/address_interface net/address_watch net/addresses net/confine net/confine_profiles net/fence_tables net/fifo
small += net/link net/link_table net/macvlan net/realtime net/unicast
$(call objects,$(small),$(release)): private override CFLAGS += -Os
$(call objects,$(small),$(release)): Makefile

# What a person calls. Each first sees to what it needs; the second make then does the work.
check:
	scripts/deps build check
	$(MAKE) -j$(JOBS) everything
	BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run $(SUITES)

demo:
	scripts/deps build demo
	$(MAKE) -j$(JOBS) all
	BUILD=$(abspath $(BUILD)) scripts/vrrp-demo

lint:
	scripts/deps build check lint
	BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) tests/run lint

fuzz:
	scripts/deps build check
	$(MAKE) -j$(JOBS) fuzzers
	BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run fuzz

# Every way in which a few routers can go, and whether the faults of tests/model/mutants are found.
model:
	scripts/deps build
	$(MAKE) -j$(JOBS) models
	$(release)/model
	for m in $(notdir $(mutants)); do echo "with $$m:"; ! $(release)/mutants/$$m || exit 1; done

valgrind:
	scripts/deps build check
	$(MAKE) -j$(JOBS) all
	BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) tests/run valgrind

# How much of lib/core the unit tests run, line by line; less than 95 % fails.
coverage:
	scripts/deps build check
	rm -rf $(coverage)/obj
	$(MAKE) -j$(JOBS) $(tests:%=$(coverage)/%)
	BUILD=$(abspath $(coverage)) tests/coverage

bench:
	scripts/deps build bench
	$(MAKE) -j$(JOBS) all benches $(tools:%=$(release)/%)
	@set -e; for b in tests/bench/*.sh; do echo "== $$b"; BUILD=$(abspath $(BUILD)) $$b; done

# Stages that die, crash and stand still, beside keepalived: tables of what each costs.
chaos:
	scripts/deps build check
	$(MAKE) -j$(JOBS) all
	BUILD=$(abspath $(BUILD)) tests/chaos/chaos.sh
	BUILD=$(abspath $(BUILD)) tests/chaos/stall.sh

# Random faults for MINUTES, and a look every few seconds at what may never be.
MINUTES ?= 5
soak:
	scripts/deps build check
	$(MAKE) -j$(JOBS) all
	BUILD=$(abspath $(BUILD)) tests/soak/soak.sh $(MINUTES)

format:
	find cmd lib tests -name '*.[ch]' -exec clang-format -i {} +

install: all
	install -d $(bindir) $(mandir)/man1 $(mandir)/man5 $(mandir)/man7 $(mandir)/man8 $(unitdir) $(sysusersdir) $(tmpfilesdir)
	install -m 755 $(programs:%=$(BUILD)/%) scripts/vrrp-demo $(bindir)
	install -d $(hookdir)
	install -m 644 share/* $(sharedir)
	install -d $(sharedir)/captures
	install -m 644 $(stories) tests/pcap/README $(sharedir)/captures
	install -m 755 scripts/hooks/* $(hookdir)
	for page in $(pages); do install -m 644 man/$$page $(mandir)/man$${page##*.} || exit; done
	for unit in $(units); do \
		sed 's,@PREFIX@,$(PREFIX),' scripts/systemd/$$unit >$(unitdir)/$$unit && chmod 644 $(unitdir)/$$unit || exit; \
	done
	install -m 644 scripts/systemd/sysusers.conf $(sysusersdir)/vrrp-tools.conf
	install -m 644 scripts/systemd/tmpfiles.conf $(tmpfilesdir)/vrrp-tools.conf

uninstall:
	rm -f $(programs:%=$(bindir)/%) $(bindir)/vrrp-demo
	rm -f $(patsubst share/%,$(sharedir)/%,$(wildcard share/*))
	rm -f $(stories:tests/pcap/%=$(sharedir)/captures/%) $(sharedir)/captures/README
	rm -f $(patsubst scripts/hooks/%,$(hookdir)/%,$(wildcard scripts/hooks/*))
	rm -f $(foreach page,$(pages),$(mandir)/man$(subst .,,$(suffix $(page)))/$(page))
	rm -f $(units:%=$(unitdir)/%) $(sysusersdir)/vrrp-tools.conf $(tmpfilesdir)/vrrp-tools.conf

clean:
	rm -rf $(BUILD)
