# Version 2: Skew_Time is in seconds whatever the interval. One resigns, one takes over late, and what was Active in the
# end falls silent for a minute, and comes back.
adverts 5 200 0 10 ver=2 interval=5s
advert 5 0 11 ver=2 interval=5s
adverts 4 150 11.4141 41.4142 ver=2 interval=5s
adverts 3 100 71.5 96.6 ver=2 interval=5s
adverts 3 100 160 170 ver=2 interval=5s
line 161 lost where=capture n=17
