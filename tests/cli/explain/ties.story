# Equal priorities; two who go on speaking at the same time; a virtual MAC address; frames that a mirror port shows twice.
adverts 2 100 0 6 smac=00:00:5e:00:01:33
advert 2 100 3.0004 smac=00:00:5e:00:01:33
adverts 3 100 4.5 12 smac=00:00:5e:00:01:33
advert 3 0 12.4 smac=00:00:5e:00:01:33
adverts 2 100 13.0094 20 smac=00:00:5e:00:01:33
