-- SPDX-License-Identifier: MIT
-- xmobar: paste the line into "commands" of ~/.config/xmobar/xmobarrc (a comma between two of them),
-- and %passerelle% into "template".
Run CommandReader "passerelle status --format xmobar --follow" "passerelle"
