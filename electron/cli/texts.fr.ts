import type { Data, Texts } from './texts.js'

const several = (n: string | number | undefined) => Number(n) > 1
const lines = ({ n }: Data) => `${n} ligne${several(n) ? 's' : ''}`
const aside = (d: Data) => `${lines(d)} ${several(d.n) ? 'mises' : 'mise'} de côté`
const back = (d: Data) => `${lines(d)} ${several(d.n) ? 'remises' : 'remise'} en place`
const withFile = (text: string) => (d: Data) => `${d.file ?? 'Le fichier'} : ${text}`
const command = (d: Data) => (d.command ? ` À la main : ${d.command}` : '')

export const fr: Texts = {
  usage: `rescueterm : un client SSH qui connaît le mode rescue

  rescueterm [HÔTE]                        ouvrir la fenêtre
  rescueterm connect [USER@]HÔTE           session dans ce terminal, réparation guidée en questions
  rescueterm check HÔTE                    quelle clé présente-t-il, et que disent les fichiers ?
  rescueterm set-aside HÔTE                montrer la modification exacte, demander, appliquer
  rescueterm restore [HÔTE|--id ID|--all]  remettre les lignes en place
  rescueterm watch HÔTE                    attendre le retour de la clé connue, remettre, vérifier
  rescueterm status                        ce qui est de côté, où, depuis quand, et la suite
  rescueterm servers                       serveurs enregistrés, et machines des comptes d'hébergeur de l'environnement
  rescueterm enter HÔTE                    faire démarrer le système rescue par l'hébergeur, l'attendre
  rescueterm disks HÔTE                    ce qui est sur ses disques, vu du rescue ; les monter
  rescueterm diagnose HÔTE                 examiner le système depuis le rescue, en lecture seule ; un rapport
  rescueterm leave HÔTE                    contrôler, démonter, redémarrer depuis le disque, remettre les lignes
  rescueterm practice                      démarrer le serveur d'exercice, dire comment le joindre

HÔTE est ce que vous écrivez après ssh : un nom, une adresse, [v6], hôte:port, ssh://user@hôte:port.

  -p, --port N                 port, 22 par défaut
  --known-hosts FICHIER        fichier utilisateur, répétable ; par défaut ~/.ssh/known_hosts, ~/.ssh/known_hosts2
  --global-known-hosts FICHIER fichier système, répétable, lu seulement ; none pour aucun
  --key 'TYPE BASE64'          la clé à juger ou à accepter, sans interroger le serveur
  --ip ADRESSE                 check : juger aussi cette adresse, comme CheckHostIP yes
  --data-dir DOSSIER           journal et clés acceptées (aussi RESCUETERM_DATA_DIR)
  --yes                        ne pas demander
  --dry-run                    montrer la modification, ne rien changer
  --by-hand                    enter : vous pressez le bouton, aucun hébergeur n'est appelé
  --confirm NOM                enter : le nom de la machine, si ses services s'arrêteraient
  --mount [--read-only], --unmount, --unlock, --prove
                               disks : selon un plan montré d'abord
  -o, --output FICHIER         diagnose : le rapport y est écrit
  --report-lang en|fr          diagnose : langue du rapport
  --skip ÉLÉMENT=RAISON        leave : passer outre ; fixed-by-hand, console, not-needed ou other
  --no-reboot                  leave : finir avant le redémarrage
  --json                       un document JSON sur la sortie standard
  --lang en|fr                 langue des messages

Code de sortie : 0 fait ou identique, 1 échec, 2 usage, 10 inconnue, 11 changée, 12 autre type, 13 révoquée,
20 une personne doit décider, 130 interrompu.
`,
  noWindow:
    'La fenêtre s’ouvre avec le programme installé, ou par npm start dans le dossier des sources. Sans fenêtre : rescueterm connect HÔTE.',
  seeHelp: 'rescueterm --help énumère les commandes.',
  details: (d) => `Détails : ${d.text}`,
  yes: 'o',
  error: {
    'bad-address': (d) =>
      `« ${d.text} » n’est pas l’adresse d’un serveur. Saisissez un nom, une adresse, [v6], hôte:port ou ssh://user@hôte:port.`,
    'bad-port': (d) => `« ${d.text} » : un port est un nombre de 1 à 65535.`,
    'bad-key': () => 'Ce n’est pas une clé publique. Donnez-la sous la forme « TYPE BASE64 », comme dans un fichier .pub.',
    'bad-request': () => 'RescueTerm n’a pas pu lire cette demande.',
    dns: (d) => `Aucune adresse connue pour ${d.host}. Vérifiez le nom et votre réseau.`,
    refused: (d) =>
      `${d.host ?? 'Le serveur'} refuse les connexions${d.port ? ` sur le port ${d.port}` : ''}. sshd fonctionne-t-il, le port est-il le bon ?`,
    unreachable: (d) => `${d.host ?? 'Le serveur'} est injoignable d’ici. Vérifiez le réseau et l’adresse.`,
    timeout: (d) => `${d.host ?? 'Le serveur'} n’a pas répondu à temps. Il démarre peut-être encore : réessayez.`,
    'not-ssh': (d) => `Ce qui répond à ${d.host ?? 'cette adresse'} ne parle pas SSH. Le port est-il le bon ?`,
    'closed-early': (d) => `${d.host ?? 'Le serveur'} a fermé la connexion. Il redémarre peut-être : réessayez.`,
    protocol: (d) => `${d.host ?? 'Le serveur'} n’a pas respecté le protocole SSH.`,
    'no-common-algorithm': (d) => `Aucun algorithme commun avec ce serveur${d.algorithms ? ` ; il n’offre que ${d.algorithms}` : ''}.`,
    'weak-host-key': () => 'Le serveur présente une clé trop faible pour être crue (RSA de moins de 2048 bits).',
    'auth-failed': (d) => `Le serveur n’a pas accepté cette identification${d.user ? ` pour ${d.user}` : ''}.`,
    'too-many-failures': () => 'Le serveur a mis fin aux essais d’identification. Reconnectez-vous.',
    'password-not-changed': () =>
      'Le serveur n’a pas pris le nouveau mot de passe : trop simple, trop proche de l’ancien, ou l’ancien était faux.',
    'key-unreadable': withFile('illisible en tant que clé privée.'),
    'key-unsupported': (d) =>
      `${d.file ?? 'La clé'} : ce format de clé n’est pas pris en charge.${d.command ? ` Convertissez-la : ${d.command}` : ''}`,
    'key-is-public': withFile('c’est la moitié publique. Indiquez la clé privée, sans .pub.'),
    'key-passphrase': withFile('phrase secrète incorrecte.'),
    'no-agent': () => 'Aucun agent SSH ne répond (SSH_AUTH_SOCK).',
    'no-shell': () => 'Le serveur n’a pas ouvert de shell.',
    'host-key-changed-again': () =>
      'Le serveur présente maintenant une autre clé encore que celle que vous avez acceptée. Rien n’a été envoyé.',
    'known-key-unproven': (d) =>
      `${d.host ?? 'Le serveur'} a montré une autre clé que celle du rescue sans prouver qu’il la détient. Rien n’a été envoyé, rien n’a été remis. Réessayez dans un instant ; si cela persiste, quelqu’un s’interpose peut-être : voyez la console de l’hébergeur.`,
    'known-key-aside': (d) =>
      `${d.host ?? 'Le serveur'} montre votre clé, mais ses lignes sont encore de côté. Rien n’a été envoyé. Remettez-les avec rescueterm restore, puis reconnectez-vous.`,
    revoked: () => 'Le serveur présente une clé révoquée. RescueTerm n’offre aucun passage.',
    'file-not-regular': withFile('ce n’est pas un fichier ordinaire. Indiquez un fichier known_hosts.'),
    'file-too-large': (d) => `${d.file} : plus de ${d.megabytes ?? 64} Mo ; rien n’a été lu ni changé.`,
    'file-unreadable': withFile('vous ne pouvez pas lire ce fichier. Vérifiez son propriétaire et ses droits.'),
    'file-read-only': (d) => `${d.file} : vous ne pouvez pas écrire ce fichier ; rien n’a changé.${command(d)}`,
    'file-no-space': (d) => `${d.file} : plus de place ; rien n’a changé. Libérez de l’espace, puis réessayez.${command(d)}`,
    'file-busy': withFile('d’autres programmes le modifient sans cesse ; rien n’a changé. Réessayez.'),
    'file-changed': withFile('il a changé entre-temps ; rien n’a été écrit. Regardez la nouvelle modification.'),
    'file-io': withFile('le disque a signalé une erreur.'),
    'ssh-directory': withFile('ce dossier ne peut pas être ouvert. Vérifiez son propriétaire et ses droits.'),
    'config-failed': () => 'ssh n’a pas pu lire sa configuration pour cet hôte.',
    'proxy-unsupported': (d) => `Cet hôte est joint par un proxy (${d.proxy}), que RescueTerm ne prend pas encore en charge.`,
    'published-key-differs': (d) =>
      `${d.host} montre une autre clé que celle publiée par votre hébergeur pour ce système de rescue. Rien n’a été accepté. Déconnectez-vous, puis interrogez-le.`,
    'strict-unknown': (d) =>
      `StrictHostKeyChecking yes interdit les clés inconnues pour ${d.host ?? 'cet hôte'}. Ajoutez d’abord sa clé à known_hosts.`,
    'journal-unreadable': (d) =>
      `La trace d’une modification antérieure est illisible${d.file ? ` (${d.file})` : ''}. known_hosts n’a pas été touché ; ses lignes marquées commencent par #rescueterm:.`,
    'list-unreadable': (d) =>
      `${d.file ?? 'Une liste de RescueTerm'} est illisible. Rien n’a été enregistré par-dessus. Si une version plus récente l’a écrit, utilisez-la ; sinon, déplacez ce fichier.`,
    locked: () => 'Un autre RescueTerm enregistre quelque chose. Réessayez dans un instant.',
    'nothing-to-set-aside': () => 'Aucune ligne de vos fichiers ne s’oppose à cette clé : rien à mettre de côté.',
    'not-found': (d) => {
      const what = d.host ?? d.id
      return what === undefined ? 'Cela n’existe plus.' : `Rien n’est de côté pour ${what}. rescueterm status énumère ce qui l’est.`
    },
    'not-mounted': () => 'Le disque du système n’est pas monté. Montez-le d’abord (rescueterm disks HÔTE --mount).',
    'command-failed': (d) =>
      `${d.command ?? 'La commande'} a échoué sur le serveur${d.status === undefined ? '' : `, code de retour ${d.status}`}.`,
    'disks-unreadable': () => 'Le système rescue n’a pas donné la liste de ses disques.',
    'disk-command-failed': (d) => `${d.command} a échoué sur le serveur, code de retour ${d.status}.`,
    'no-root': () => 'Seul root peut ouvrir et monter des disques. Connectez-vous en root, ou avec un sudo sans mot de passe.',
    'tool-missing': (d) => `${d.tool ?? 'Un outil'} manque sur le système rescue.${d.command ? ` À installer là-bas : ${d.command}` : ''}`,
    'wrong-passphrase': (d) =>
      `Cette phrase secrète n’ouvre pas ${d.device ?? 'le disque'}. C’est celle du disque, pas le mot de passe du rescue.`,
    'volume-locked': (d) =>
      `${d.device ?? 'Ce périphérique'} fait partie d’un ensemble, ce n’est pas un système de fichiers. Ouvrez-le d’abord.`,
    'volume-group-twice': (d) =>
      `Deux groupes de volumes portent le même nom${d.name ? ` (${d.name})` : ''}. Démarrez le rescue d’une autre image.`,
    'same-file-system': (d) => `${d.device ?? 'Ce disque'} est le même btrfs que celui du rescue. Démarrez le rescue d’une autre image.`,
    'file-system-unsupported': (d) => `Le noyau du système rescue ne connaît pas ${d.kind ?? 'ce système de fichiers'}.`,
    'file-system-unreadable': (d) => `${d.device ?? 'Ce périphérique'} ne contient pas de système de fichiers lisible. Rien n’a changé.`,
    'file-system-damaged': (d) =>
      `Le système de fichiers de ${d.device ?? 'ce périphérique'} est abîmé. Vérifiez-le démonté : fsck -n, xfs_repair -n.`,
    'journal-dirty': (d) =>
      `${d.device ?? 'Ce périphérique'} n’a pas été arrêté proprement et ne peut être écrit. Montez-le en lecture seule.`,
    'device-busy': (d) => `${d.device ?? 'Ce périphérique'} est déjà utilisé sur le système rescue.`,
    'still-in-use': (d) =>
      `${d.path ?? 'Le système'} est encore utilisé${d.pid ? ` par ${d.command} (processus ${d.pid}) dans ${d.directory}` : ''}. Quittez-le, puis réessayez.`,
    'wrong-state': () =>
      'Ce n’est plus possible : fait ou changé entre-temps. Relancez la commande ; rescueterm status montre où en est un rescue.',
    provider: (d) =>
      `${d.provider ?? 'L’hébergeur'} n’a pas pu le faire${d.problem ? ` (${d.problem})` : ''}. Les détails disent pourquoi ; son propre site peut faire de même.`,
    'no-sftp': () => 'Le serveur n’offre pas de SFTP.',
    'path-missing': (d) => `${d.file ?? 'Le fichier'} n’existe pas.`,
    'path-denied': (d) => `${d.file ?? 'Le fichier'} : accès refusé.`,
    'path-exists': (d) => `${d.file ?? 'Le fichier'} existe déjà.`,
    'path-not-empty': (d) => `${d.file ?? 'Le dossier'} n’est pas vide.`,
    'path-no-space': (d) => `Pas assez de place pour ${d.file ?? 'le fichier'}.`,
    'path-read-only': (d) => `${d.file ?? 'Le fichier'} est sur un disque en lecture seule.`,
    'path-kind': (d) => `${d.file ?? 'Le fichier'} est d’une autre nature.`,
    'path-changed': (d) => `${d.file ?? 'Le fichier'} a changé pendant la copie.`,
    'path-owner': (d) => `${d.file ?? 'Le fichier'} changerait de propriétaire.`,
    'path-too-large': (d) => `${d.file ?? 'Le fichier'} est trop gros pour être modifié.`,
    'path-failed': (d) => `${d.file ?? 'Le fichier'} : échec.`,
    'core-restarted': () => 'Le processus des connexions a été relancé. Reconnectez-vous.',
    internal: () =>
      'RescueTerm a rencontré un défaut. Vos fichiers ne sont pas restés à moitié écrits ; rescueterm status montre ce qui est de côté.',
    usage: () => 'Usage incorrect.',
    interrupted: () => 'Interrompu.',
    'not-a-terminal': (d) => `Impossible de poser une question : l’entrée standard n’est pas un terminal.${d.hint ? ` ${d.hint}` : ''}`,
    'not-in-rescue': (d) => `${d.host} présente la clé que vous connaissez : son propre système tourne, pas un rescue.`,
    'looks-normal': (d) =>
      `${d.host} tourne depuis son propre disque et n’a rien d’un système de rescue : rien n’y est monté, démonté ni redémarré. Si c’en est un, reconnectez-vous et répondez qu’il est en mode rescue.`,
    'no-machine': (d) =>
      `Aucun compte d’hébergeur ici n’a de machine nommée ${d.host}. Définissez OVH_* (ou ovh.conf), HCLOUD_TOKEN, ROBOT_USER et ROBOT_PASSWORD, ou SCW_SECRET_KEY ; ou utilisez --by-hand.`,
    'several-machines': (d) =>
      `${d.host} peut être l’une de celles-ci. Tapez l’adresse ou l’identifiant de celle que vous voulez :\n${d.machines}`,
    'other-address': (d) =>
      `${d.host} mène à une adresse que cette machine n’a pas. Tapez l’adresse de celle que vous voulez :\n${d.machines}`,
    'no-system': () => 'Aucun système à monter sur ses disques : rescueterm disks HÔTE énumère ce qui s’y trouve.',
    'needs-confirm': (d) => `Des services tournent peut-être sur ${d.name} et s’arrêteraient. Donnez --confirm ${d.name}.`,
    'refused-by-person': () => 'Rien n’a changé.',
  },
  badUsage: {
    'unknown-command': (d) => `« ${d.argument} » n’est pas une commande.`,
    'unknown-option': (d) => (d.command ? `${d.option} n’a pas de sens pour ${d.command}.` : `Option inconnue : ${d.option}.`),
    'missing-host': (d) => `${d.command} demande un HÔTE.`,
    'too-many-arguments': (d) => `Un argument de trop : ${d.argument}`,
    'bad-option': (d) =>
      `Valeur incorrecte pour ${d.option}${d.value ? ` : ${d.value}` : ''}.${d.expected ? ` Attendu : ${d.expected}.` : ''}`,
    'yes-needs-key': () => '--yes demande --key : sans elle, personne n’a regardé l’empreinte.',
    'which-restore': () => 'Donnez soit HÔTE, soit --id ID, soit --all.',
    'two-ports': (d) => `Deux ports ont été donnés : ${d.first} et ${d.second}.`,
  },
  check: {
    presented: (d) => `${d.host} présente ${d.type} ${d.fingerprint}`,
    verdict: {
      match: () => 'Identique : c’est la clé que vous connaissez.',
      'match-ca': () => 'Identique : une autorité que vous croyez répond de cette clé.',
      unknown: (d) => `Inconnue : aucune ligne pour ${d.name} dans vos fichiers.`,
      changed: (d) => `Changée : vos fichiers contiennent d’autres clés pour ${d.name}.`,
      'other-type': (d) => `Autre type : vos fichiers ne contiennent que des clés d’autres types pour ${d.name}.`,
      revoked: () => 'Révoquée : vos fichiers déclarent cette clé non sûre.',
    },
    entry: (d) => `  ${d.file}:${d.line}  ${d.type} ${d.fingerprint}${d.marker ? `  (${d.marker})` : ''}`,
    marker: { revoked: 'révoquée', 'cert-authority': 'autorité' },
    next: {
      unknown: (d) => `Pour vous connecter et décider : rescueterm connect ${d.target}`,
      changed: (d) => `En mode rescue ? rescueterm set-aside ${d.target}`,
      'other-type': (d) => `En mode rescue ? rescueterm set-aside ${d.target}`,
      revoked: () => 'Demandez à qui tient le fichier pourquoi, et depuis quand.',
    },
  },
  hostKey: {
    title: 'Ce serveur ne présente pas l’identité que vous connaissez',
    nothingSent: 'Rien n’a été envoyé : ni nom d’utilisateur, ni mot de passe, ni clé.',
    known: 'Vous connaissez',
    shown: 'Il présente maintenant',
    others: (d) => `cette ligne nomme aussi ${d.names}`,
    unknownTitle: (d) => `${d.host} n’est pas dans vos fichiers`,
    authorityOnly: 'Connu seulement par une autorité de certification ; son certificat ne peut pas encore être vérifié ici.',
    revokedTitle: 'Stop : cette clé est révoquée',
    revokedText:
      'La personne qui tient ce fichier a déclaré cette clé non sûre, le plus souvent parce que sa moitié privée est en d’autres mains.\nRescueTerm n’offre aucun passage, en rescue non plus. Donnez de nouvelles clés d’hôte au serveur, dans la console web de l’hébergeur.',
    thirdTitle: 'Alarme : une troisième clé répond',
    thirdText:
      'Ce n’est ni la clé de votre serveur, ni celle du rescue. Rien n’a été envoyé, rien n’a changé ; vos lignes restent de côté. Interrogez l’hébergeur. S’il a été remis en rescue, comparez son empreinte : si elle correspond, cette clé peut être acceptée.',
    acceptThird: 'Il a été remis en rescue : accepter cette clé comme clé du rescue',
    expired: {
      title: 'La clé du rescue n’est plus acceptée',
      text: 'Son délai est passé. Rien n’a été envoyé, rien n’a changé ; vos lignes restent de côté.',
      accept: (d) => `Il est toujours en rescue : accepter cette clé pour encore ${d.hours} h`,
    },
    question: 'Que s’est-il passé ?',
    rescue: 'Je l’ai mis en mode rescue. Vos lignes sont mises de côté, puis remises quand votre système revient.',
    reinstalled: 'Il a été réinstallé. La nouvelle clé remplace les vôtres définitivement.',
    unexpected: 'Je ne m’y attendais pas. Quelqu’un s’est peut-être placé entre vous et le serveur : se déconnecter.',
    compare: 'Comparer avec une empreinte que je possède',
    choose: (d) => `Votre choix [${d.default}] : `,
    expected: 'Collez l’empreinte attendue : ',
    match: 'Identique.',
    noMatch: 'Différente : déconnectez-vous.',
    verified: 'Vérifiée : votre hébergeur publie exactement cette clé pour ce système de rescue.',
    differs: 'Alarme : votre hébergeur publie une autre clé pour ce système de rescue. Déconnectez-vous, puis interrogez-le.',
    notFingerprint: 'Ce n’est pas une empreinte.',
    trustOnce: 'Croire cette clé une fois',
    untilLeft: (d) =>
      `Il est en mode rescue : accepter sa clé jusqu’à la sortie du rescue, ${d.hours} h au plus ; aucun fichier n’est modifié`,
    trustSave: (d) => `La croire et l’enregistrer dans ${d.file}`,
    disconnect: 'Se déconnecter',
    strict: 'StrictHostKeyChecking yes : les clés inconnues ne sont pas acceptées pour cet hôte. Ajoutez d’abord sa clé à known_hosts.',
    systemTitle: 'La ligne se trouve dans un fichier système ; RescueTerm ne peut pas la modifier.',
    systemCommands: 'Pour un administrateur de cet ordinateur, la mettre de côté :',
    systemUndo: 'et la remettre :',
    recheck: 'La commande a été exécutée : relire le fichier',
    onlyHere: (d) =>
      `Dans RescueTerm seulement : accepter ici la clé du rescue, ${d.hours} h au plus ; ssh, scp et Ansible refusent toujours`,
    disconnected: 'Déconnecté.',
  },
  edit: {
    title: (d) => (d.n === 0 ? 'Aucune ligne n’est mise de côté' : `Mettre ${lines(d)} de côté jusqu’au retour de votre système`),
    replaceTitle: () => 'Remplacer définitivement les anciennes clés',
    lead: 'Voici toute la modification. Rien n’est écrit avant votre accord.',
    file: (d) => `Modification de ${d.file}`,
    also: (d) => `${d.file}:${d.line} nomme aussi ${d.names}. Jusqu’à la remise en place, ssh traite ${d.names} comme jamais vu.`,
    alsoPattern: (d) => `${d.file}:${d.line} est un motif (${d.names}) : tous les serveurs qu’il couvre sont concernés.`,
    accept: (d) => `La clé ${d.fingerprint} est acceptée pour cette adresse seulement, jusqu’à la sortie du rescue, ${d.hours} h au plus.`,
    copy: (d) => `Copie du fichier : ${d.file}`,
    apply: 'Appliquer cette modification ?',
    applyConnect:
      'Mettre de côté et connecter ? w : écrire aussi la clé du rescue dans known_hosts, pour ssh, scp et Ansible (retirée au retour)',
    replaceConnect: 'Remplacer et connecter ?',
    changed: 'Le fichier a changé entre-temps ; rien n’a été écrit. Voici la modification à présent :',
    dryRun: 'Simulation : rien n’a changé.',
    done: (d) => `${aside(d)} pour ${d.host}, id ${d.id}.`,
    backAgain: (d) => `Au retour de votre système : rescueterm watch ${d.target}, ou rescueterm restore --id ${d.id}`,
    readOnly: (d) => `Vous ne pouvez pas écrire ${d.file}.`,
  },
  restore: {
    nothing: 'Rien n’est de côté.',
    restored: (d) => `${d.host} : ${d.n === 0 ? 'la clé de rescue est oubliée' : `${back(d)} dans ${d.files}`}.`,
    verified: 'Relues et comparées : comme avant.',
    wouldRestore: (d) => `${d.host}, id ${d.id} : ${d.files ? `${d.files} seraient remises en place` : 'la clé de rescue serait oubliée'}.`,
    attention: (d) => `${d.host}, id ${d.id} : une personne doit décider. Rien n’est perdu, rien n’a été deviné.`,
    reason: {
      edited: 'la ligne a été modifiée entre-temps',
      gone: 'la ligne n’est plus là',
      'file-gone': 'le fichier n’existe plus',
      unreadable: 'le fichier est illisible',
    },
    line: (d) => `  ${d.file}${d.line ? `:${d.line}` : ''} : ${d.reason}`,
    saved: '    gardée :     ',
    current: '    maintenant : ',
    resumed: {
      finished: (d) => `Une modification interrompue a été terminée (id ${d.id}).`,
      'rolled-back': (d) => `Une modification interrompue a été annulée (id ${d.id}) ; known_hosts est comme avant.`,
      restored: (d) => `Une remise en place interrompue a été terminée (id ${d.id}).`,
      'still-active': () => '',
      'needs-attention': (d) => `Une modification interrompue vous attend (id ${d.id}) : rescueterm restore --id ${d.id}`,
      unreadable: (d) =>
        `La trace d’une modification antérieure est illisible (id ${d.id}). Les lignes marquées commencent par #rescueterm:${d.id}.`,
    },
  },
  watch: {
    begin: (d) =>
      `En attente ${d.known ? 'de la clé connue' : 'd’une autre clé que celle du rescue'} de ${d.host}. Rien d’autre que l’échange de clés n’est envoyé. Ctrl-C arrête l’attente.`,
    answer: {
      nothing: 'Rien ne répond.',
      'port-open': 'Le port est ouvert, pas encore de clé.',
      'rescue-key': 'La clé du rescue répond : toujours en rescue.',
      'known-key': 'Votre propre clé répond.',
      'other-key': 'Une autre clé que celle du rescue répond.',
      'third-key': 'Une troisième clé répond.',
    },
    third: (d) =>
      `Alarme : une troisième clé répond, ${d.type} ${d.fingerprint}. Ce n’est ni la vôtre, ni celle du rescue. Rien n’a changé ; interrogez l’hébergeur.`,
    interrupted: (d) =>
      `Attente arrêtée. ${d.n === 0 ? 'La clé de rescue reste acceptée' : `${lines(d)} ${several(d.n) ? 'restent' : 'reste'} de côté`} (id ${d.id}).`,
  },
  status: {
    nothing: 'Rien n’est de côté.',
    row: (d) => `${d.host}  ${d.state}, ${d.n === 0 ? 'clé de rescue acceptée' : aside(d)} depuis ${d.since}  (id ${d.id})`,
    state: {
      prepared: 'mise de côté en cours',
      active: 'en rescue',
      restoring: 'remise en place en cours',
      restored: 'remis en place',
      'rolled-back': 'annulé',
      'needs-attention': 'à vous de décider',
      abandoned: 'abandonné',
    },
    third: '  Alarme : une troisième clé a répondu.',
    next: (d) => `  ensuite : ${d.command}`,
  },
  connect: {
    connecting: (d) => `Connexion à ${d.host}, port ${d.port}…`,
    rescue: (d) => `RESCUE ${d.host} : système temporaire. Seul ce que vous écrivez sous /mnt survit au redémarrage.`,
    stillAside: (d) =>
      `${d.n === 0 ? `La clé de rescue est acceptée pour ${d.host}` : `${lines(d)} de known_hosts ${several(d.n) ? 'restent' : 'reste'} de côté pour ${d.host}`}. Au retour de votre système : rescueterm watch ${d.target}`,
    restored: (d) => `Votre propre clé a répondu : ${back(d)}.`,
    password: (d) => `Mot de passe${d.rescue ? ' du rescue' : ''} de ${d.user} : `,
    passphrase: (d) => `Phrase secrète de ${d.file} : `,
    passwordExpired: 'Le mot de passe a expiré. Le serveur en veut un nouveau :',
    newPassword: (d) => `Nouveau mot de passe de ${d.user} : `,
    newPasswordAgain: 'Le même encore une fois : ',
    passwordsDiffer: 'Les deux ne sont pas identiques.',
    keyFile: (d) => `Fichier de clé${d.default ? ` [${d.default}]` : ''} : `,
    useKey: '(Entrée seule : utiliser un fichier de clé)',
    serverSays: 'Le serveur dit :',
    closed: (d) => `Connexion à ${d.host} fermée.`,
    notes: {
      'match-exec-slow': () => 'Lire la configuration ssh a pris du temps : un Match exec lance une commande lente.',
      'ssh-missing': () => 'ssh n’est pas installé : RescueTerm a lu lui-même sa configuration.',
      'proxy-unsupported': (d) => `Le proxy configuré (${d.proxy ?? ''}) n’est pas encore pris en charge.`,
    },
  },
  practice: {
    title: 'Exercice : un serveur dans RescueTerm, sur 127.0.0.1. Rien n’est réel, rien ne peut casser.',
    intro:
      'Le mode rescue démarre le serveur depuis un autre disque, avec une autre clé d’hôte. Votre ssh le refuse alors.\nEn une minute, vous verrez pourquoi, et ce que devient un fichier known_hosts (le sien, jamais le vôtre).',
    steps: (d) => `L’exercice :
  1  ${d.connect} : vous êtes dedans, sans question. Sortez par exit.
  2  ${d.rescue} : vous jouez l’hébergeur et le mettez en mode rescue.
  3  ${d.connect} : répondez 1 à la question sur sa clé, regardez la modification, acceptez.
  4  Identifiez-vous avec le mot de passe du rescue affiché ici. Essayez : lsblk, mount /dev/sdb1 /mnt, ls /mnt. Sortez par exit.
  5  ${d.normal} : démarrez-le normalement. Les lignes reviennent, comparées octet par octet.`,
    running: {
      normal: (d) => `Le serveur fonctionne normalement sur 127.0.0.1, port ${d.port}.`,
      rescue: (d) => `Le serveur est en mode rescue sur 127.0.0.1, port ${d.port}.`,
      restarting: () => 'Le serveur redémarre…',
      stopped: () => 'Le serveur est arrêté.',
    },
    password: (d) => `Mot de passe du rescue : ${d.password}`,
    ssh: 'Avec ssh seul :',
    rescueterm: 'Avec RescueTerm, dans un autre terminal :',
    keys: 'Touches : c se connecter ici   r mettre en mode rescue   n démarrer normalement   q quitter',
    back: (d) => `Votre propre clé a répondu : ${back(d)} dans le known_hosts d’exercice, comparées octet par octet. C’était l’exercice.`,
    stopped: 'Le serveur d’exercice est arrêté.',
  },
}
