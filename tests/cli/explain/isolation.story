# r3 does not hear r2, which sends another form of checksum; then r2 dies. Three packets of r9 are bad.
adverts 2 150 0 20
adverts 3 100 3.3 30.3 cksum=message
line 4.5 bad if=eth0 af=4 vrid=51 dir=in why=ttl ver=3 type=1 prio=100 interval=1s src=192.0.2.9 ttl=254
line 5.5 bad if=eth0 af=4 vrid=51 dir=in why=ttl ver=3 type=1 prio=100 interval=1s src=192.0.2.9 ttl=254
line 6.5 bad if=eth0 af=4 vrid=51 dir=in why=checksum
