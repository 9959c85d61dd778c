# A crash, a return and a clean stop: silence, preemption, resignation. r2 announces as keepalived does.
adverts 2 150 0 7
announce 2 0.001 5 0.0001
adverts 3 100 10.6094 15
announce 3 10.6105 5 0.0001
announce 3 15.612 5 0.0001
advert 2 150 15.8
announce 2 15.801 5 0.0001
adverts 2 150 16.8 20.8
announce 2 20.802 5 0.0001
advert 2 0 21.1
adverts 3 100 21.7094 29
announce 3 21.7102 5 0.0001
announce 3 26.7112 5 0.0001
