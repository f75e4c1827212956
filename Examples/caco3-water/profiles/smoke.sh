# Every stage once, as small as it goes: a test of the study, not a study. Some two minutes on two cores.
: ${FRAMES:=$here/data/caco3-water-%.extxyz.xz}
RECIPES=${RECIPES:-matched}
LEVELS=${LEVELS:-"gfn2 gfn1"}; TARGETS=${TARGETS:-gfn2}
SIZES=${SIZES:-"10 20"}; TEST=${TEST:-10}; NUM_FRAMES=${NUM_FRAMES:-30}; SPLIT=${SPLIT:-random}
E0_FRAMES=${E0_FRAMES:-$here/data/caco3-water-mixed-%.extxyz.xz}
PRETRAIN=${PRETRAIN:-$here/data/pretrain-gfn1.extxyz.xz}; PRETRAIN_TEST=${PRETRAIN_TEST:-60}
MODEL=${MODEL:-$here/configs/model-quick.yml}; REPLAY=${REPLAY:-20}
FOUNDATION_EPOCHS=${FOUNDATION_EPOCHS:-20}; EPOCHS=${EPOCHS:-20}
MD_SIZE=${MD_SIZE:-20}; MD_TIME=${MD_TIME:-0.5ps}; MD_FROM=${MD_FROM:-0.1ps}; MD_EVERY=${MD_EVERY:-5}
RDF_MAX=${RDF_MAX:-4.2A}; MSD_FIT=${MSD_FIT:-0.05ps..0.15ps}
