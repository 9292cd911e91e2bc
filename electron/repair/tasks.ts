/** Every task, in its order on screen. */
import type { Clock } from '../clock.js'
import { createAccessTask } from './access/access-task.js'
import { createBootTask } from './boot/boot-task.js'
import { createFirewallTask } from './firewall/firewall-task.js'
import { createNetworkTask } from './network/network-task.js'
import { createSpeedTask } from './speed/speed-task.js'
import type { RepairTask } from './task.js'

export const createRepairTasks = (clock: Clock): RepairTask[] => [
  createAccessTask(clock),
  createNetworkTask(),
  createBootTask(),
  createFirewallTask(clock),
  createSpeedTask(),
]
