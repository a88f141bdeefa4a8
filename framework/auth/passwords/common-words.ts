/** Words and keyboard walks of which the most frequent leaked passwords are made; data, lower case. */

export const commonWords: readonly string[] = `
abc abcd admin administrator adobe alex alexander alexis amanda amateur america amsterdam andrea andrew android angel
angela angels anthony antonio apple april arsenal asd ashley asshole august austin autumn azerty babygirl badboy bailey
banana bandit barcelona baseball basketball batman beautiful beaver benjamin bigdaddy bigdog blackjack blessed blink
bond boomer booboo boston brandon brandy brazil broncos brooklyn bubbles buddy bulldog butter butterfly calvin camaro
cameron canada captain carlos casper chance changeme changeit charles charlie cheese chelsea chester chicago chicken
chocolate chris christian christopher company computer cookie cooper corvette cowboy cowboys coffee crystal daddy dakota
dallas daniel danielle database david december default demo denise dennis diablo diamond dick doctor dolphin dolphins
donald dragon eagle eagles eclipse edward einstein elephant elizabeth eminem enter eric estrella explorer facebook
falcon family fender ferrari fire fish flower flowers fluffy football forever france frank freedom friday friend friends
fuck fucker fuckme fuckoff fuckyou gandalf garfield gateway george germany ginger girl gold golden golf golfer google
gordon guest guitar gunner hacker hammer hannah happy hardcore harley hello hellokitty helpme hockey holiday home
honda horny hotdog house hunter iceman iloveyou india internet ireland isabella jackie jackson jaguar james january
jasmine jason jasper jennifer jeremy jessica jesus jesuschrist johnny jonathan jordan joseph joshua juice july junior
june justin katie killer king kitten knight ladies lakers lauren legend letmein liverpool liverpoolfc london looking
love lovely loveme lover loveyou lucky maddog madison maggie magic maria marina marine marlboro martin marvin master
matrix matthew maverick maxwell melissa mercedes merlin michael michelle mickey midnight miller mine minecraft mobile
monday money monica monkey monster morgan mother mountain murphy mustang myspace naruto nascar nathan natasha
netherlands newyork nicholas nicole nintendo nirvana nothing november october office oliver orange packers pakistan
panther parker pass passw0rd password passwort patrick peace peanut penis pepper phantom phoenix player please poker
pokemon police porn porsche power prince princess private public purple pussy qazwsx queen qwert qwerty rabbit rachel
racing raiders rainbow ranger rangers rebecca redskins redsox remember richard robert rock rocket rockstar root rosebud
runner rush russia samantha samsung samurai sandra saturn scooby scooter scorpio scorpion secret security september
server service sexy shadow shannon shit sierra silver simple skippy slayer slipknot smokey smooth snoopy soccer sophie
spanky sparky spider spiderman sport spring startrek starwars steelers stephanie steven success summer sunday sunshine
super superman superstar surfer suzuki sweet sweety swimming system taylor teacher tennis test tester testing
thailand thomas thunder thursday tiffany tiger tigers tigger tinkerbell toor tottenham toyota travis trinity trouble
trustno trustnoone tucker tuesday turtle twitter united user vampire vanessa veronica victor victoria viking voodoo
voyager walter warrior wednesday welcome welkom wachtwoord werner whatever william williams willie willow windows winner
winston winter wizard wolf wolves wonder xavier xxx yamaha yankee yankees yellow zxc zaq
`
  .trim()
  .split(/\s+/)

/** Walks over the keys; any part of four or more, in either direction, counts as one step of a guess. */
export const keyboardWalks: readonly string[] = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'qwertzuiop',
  'yxcvbnm',
  'abcdefghijklmnopqrstuvwxyz',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  '1q2w3e4r5t6y7u8i9o0p',
  'qazwsxedcrfvtgbyhnujm',
  'zaq12wsx',
  '01234567890123456789',
]
